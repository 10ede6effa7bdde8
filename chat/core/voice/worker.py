"""One thread that has recordings written down, one after the other, the oldest first.

Which ones wait stands in the tables, so that a crash loses none. An attempt is counted before it begins: a
recording that takes this program down with it is not tried for ever. Chat never waits for any of this; the work
is a process of its own, of low priority.
"""

import threading
from pathlib import Path

from chat.core.events import Notify, Transcribing, Transcript, Warn
from chat.core.journal import Journal
from chat.core.reading import reading
from chat.core.voice.process import TRANSCRIBE, Child, Crashed, NotARecording, NotInstalled
from chat.core.voice.transcription import Transcription, hear_out
from chat.core.writer import Writer
from chat.errors import ChatError
from chat.net.threads import DaemonThread
from db.connection import Connection
from db.messages import last_ordinal
from db.pool import Pool
from db.transcripts import (
    DONE,
    FAILED,
    SILENT,
    TranscriptRow,
    Untranscribed,
    count_attempt,
    next_untranscribed,
    put_transcript,
)

MAX_ATTEMPTS = 3
TELL_EVERY_S = 300.0  # of the recording
RETRY_S = 60.0  # after trouble with the database
NO_SPEECH = "no speech found"


class VoiceWorker:
    """Owns the process of the recording under way. The methods without an underscore are for other threads."""

    def __init__(
        self, own_name: str, journal: Journal, writer: Writer, pool: Pool, notify: Notify, model_folder: Path | None
    ) -> None:
        self._own_name = own_name
        self._journal = journal
        self._writer = writer
        self._pool = pool
        self._notify = notify
        self._model_folder = model_folder
        self._woken = threading.Event()
        self._lock = threading.Lock()  # over the child and whether the end has come
        self._child: Child | None = None
        self._closing = False
        self._missing = ""  # what is to be installed, once that is known
        self._passed_over = 0  # up to this ordinal, for want of it
        self._thread = DaemonThread(self._run, "voice worker")

    def start(self) -> None:
        """Begin with what waits."""
        self._thread.start()

    def wake(self) -> None:
        """There may be a new recording."""
        self._woken.set()

    def close(self) -> None:
        """Stop; what is under way begins anew next time."""
        with self._lock:
            self._closing = True
            if self._child is not None:
                self._child.kill()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._closing:
            self._woken.clear()
            try:
                while (waiting := self._next()) is not None and not self._closing:
                    self._work_on(waiting)
                self._woken.wait()
            except ChatError as error:
                self._notify(Warn(message=str(error)))
                self._woken.wait(RETRY_S)

    def _next(self) -> Untranscribed | None:
        with reading(self._pool) as connection:
            return next_untranscribed(connection, self._passed_over)

    def _work_on(self, waiting: Untranscribed) -> None:
        if self._missing:
            self._passed_over = waiting.ordinal
            self._tell(waiting, _without_words(waiting, self._missing))
            return
        if waiting.attempts >= MAX_ATTEMPTS:
            self._give_up(waiting, "None came to its end")
            return
        self._writer.call(lambda tx: count_attempt(tx, waiting.ordinal))
        try:
            self._store(waiting, self._transcribe(waiting))
        except NotARecording as error:
            self._fail(waiting, str(error))
        except NotInstalled as error:
            self._take_back(waiting)
            self._do_without(str(error))
        except Crashed as error:
            if self._closing:
                self._take_back(waiting)
            elif waiting.attempts + 1 >= MAX_ATTEMPTS:
                self._give_up(waiting, str(error).capitalize())

    def _transcribe(self, waiting: Untranscribed) -> Transcription:
        told_s = 0.0

        def progress(done_s: float, total_s: float | None) -> None:
            nonlocal told_s
            if done_s - told_s >= TELL_EVERY_S:
                told_s = done_s
                self._notify(
                    Transcribing(id=waiting.message_id.hex(), number=waiting.ordinal, done=done_s, total=total_s)
                )

        with Child(Path(waiting.path), TRANSCRIBE, self._model_folder) as child:
            with self._lock:
                self._child = child
                if self._closing:
                    child.kill()
            try:
                return hear_out(child.messages(), progress)
            finally:
                with self._lock:
                    self._child = None

    def _store(self, waiting: Untranscribed, heard: Transcription) -> None:
        row = TranscriptRow(
            ordinal=waiting.ordinal,
            state=DONE if heard.text else SILENT,
            attempts=waiting.attempts + 1,
            text=heard.text,
            confidence=heard.confidence,
            duration_s=heard.duration_s,
            engine=heard.engine,
            model_sha256=heard.model_sha256,
            languages=heard.languages,
            reason="" if heard.text else NO_SPEECH,
        )
        self._put(waiting, row)

    def _fail(self, waiting: Untranscribed, reason: str) -> None:
        self._put(waiting, _without_words(waiting, reason[:500]))

    def _give_up(self, waiting: Untranscribed, how: str) -> None:
        self._fail(waiting, f"It was tried {MAX_ATTEMPTS} times. {how}.")

    def _put(self, waiting: Untranscribed, row: TranscriptRow) -> None:
        def put(tx: Connection) -> None:
            put_transcript(tx, row)
            self._journal.indexer.added(tx, row.ordinal, row.text)

        self._writer.call(put)
        self._tell(waiting, row)

    def _tell(self, waiting: Untranscribed, row: TranscriptRow) -> None:
        self._notify(
            Transcript(
                id=waiting.message_id.hex(),
                number=waiting.ordinal,
                sender=self._own_name if waiting.outgoing else waiting.name,
                text=row.text,
                confidence=row.confidence,
                seconds=row.duration_s,
                error=row.reason,
            )
        )

    def _take_back(self, waiting: Untranscribed) -> None:
        self._writer.call(lambda tx: count_attempt(tx, waiting.ordinal, -1))

    def _do_without(self, missing: str) -> None:
        """Say once what to install, and pass over what waits until this program is started anew."""
        self._missing = missing
        with reading(self._pool) as connection:
            self._passed_over = last_ordinal(connection)
        self._notify(Warn(message=missing))


def _without_words(waiting: Untranscribed, reason: str) -> TranscriptRow:
    return TranscriptRow(waiting.ordinal, FAILED, waiting.attempts + 1, "", None, 0.0, "", b"", "", reason)
