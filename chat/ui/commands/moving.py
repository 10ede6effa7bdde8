"""Moving house: everything into one file, and out of it."""

from pathlib import Path

from chat.core.backup.records import summary
from chat.core.events import Status
from chat.errors import UserError
from chat.ui.shell import Shell
from chat.ui.table import command


@command("/backup PATH", beside=True)
def backup(shell: Shell, arguments: str) -> None:
    """Put everything into one file: contacts, messages, and who you are. It opens with your password.

    Files that were sent to you are not in it: copy the folder of the downloads.
    """
    made = shell.make_backup(Path(arguments).expanduser())
    value = f"{summary(made.rows)}, in {made.size:,} bytes, SHA-256 {made.digest}"
    shell.show([Status(name="backup", value=value, source=str(made.path))])


@command("/restore [-replace] PATH")
def restore(shell: Shell, arguments: str) -> None:
    """Put a backup into a database that is still empty, or with -replace in the place of what is there.

    It is done before the client goes on: client.py --name NAME -c '/restore PATH', with the --db that it is
    to be in. So it also moves you to MySQL and back, and onto a machine where you have not been.
    """
    raise UserError(
        f"A backup is restored before the client goes on: /quit, and then "
        f"python client.py --name {shell.name} -c '/restore {arguments}'"
    )
