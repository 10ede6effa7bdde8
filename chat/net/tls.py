"""TLS 1.3, certificates on both sides, no tickets; handshakes under one deadline.

ALPN names the purpose and the major version of what will be spoken. OpenSSL lets a mismatch pass, so
`handshake` checks it. In TLS 1.3 a dialler's handshake succeeds even where the listener refuses its
certificate: the error comes at the first read, so a link is up only after the peer's HELLO.
"""

import selectors
import socket
import ssl
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from chat.errors import ChatError, ClockError, NetworkError, TrustError
from chat.net.connection import Selector, configure
from chat.net.deadline import Deadline
from chat.times import utc_now

ALPN_CHAT = "p2pchat-chat/1"
ALPN_TRANSFER = "p2pchat-transfer/1"
ALPN_REGISTRY = "p2pchat-registry/1"

_AT_ONCE = nullcontext()
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, which Python's ssl does not name
_NOT_YET_VALID, _EXPIRED = 9, 10  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED


@dataclass(frozen=True)
class OwnCertificate:
    """Files with our chain and our key, and what opens the key."""

    certificate: Path
    key: Path
    password: bytes = b""

    def load_into(self, context: ssl.SSLContext) -> None:
        """Have `context` show it."""
        context.load_cert_chain(self.certificate, self.key, self.password or None)


def dialling_context(alpn: str, authority_pem: str, own: OwnCertificate | None) -> ssl.SSLContext:
    """For whoever calls: the other side must have a certificate of the authority, for the name dialled."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=authority_pem)
    if own:
        own.load_into(context)
    return _configured(context, [alpn])


def probing_context(alpn: str) -> ssl.SSLContext:
    """For the first look at a registry whose authority is not known yet. Proves nothing about it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _configured(context, [alpn])


def listening_context(
    alpn: Sequence[str], authority_pem: str, own: OwnCertificate, *, strangers: bool = False, expired: bool = False
) -> ssl.SSLContext:
    """For whoever is called. `strangers` may come without a certificate, and `expired` ones are let in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_verify_locations(cadata=authority_pem)
    context.verify_mode = ssl.CERT_OPTIONAL if strangers else ssl.CERT_REQUIRED
    if expired:
        context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    context.num_tickets = 0  # no resumption: it saves under a millisecond and keeps a long-lived secret
    own.load_into(context)
    return _configured(context, alpn)


def _configured(context: ssl.SSLContext, alpn: Sequence[str]) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(list(alpn))
    return context


def handshake(
    sock: socket.socket,
    context: ssl.SSLContext,
    deadline: Deadline,
    *,
    server_name: str | None = None,
    turns: AbstractContextManager[object] = _AT_ONCE,
) -> ssl.SSLSocket:
    """TLS over a connected socket; `server_name` for the dialler. The socket is closed if it fails.

    `turns` is entered for each step, and left while the other side is waited for.

    Raises TrustError where the certificate is not the one expected, ClockError where it is not valid now,
    NetworkError for all else.
    """
    try:
        configure(sock)
        sock.setblocking(False)
        dialling = context.protocol == ssl.PROTOCOL_TLS_CLIENT
        tls = context.wrap_socket(
            sock, server_side=not dialling, server_hostname=server_name, do_handshake_on_connect=False
        )
    except (OSError, ValueError) as error:
        sock.close()
        raise NetworkError(f"The connection broke: {error}.") from None
    try:
        _shake(tls, deadline, turns)
        if tls.selected_alpn_protocol() is None:
            raise NetworkError("The other side speaks another protocol, or another version of it.")
    except ssl.SSLCertVerificationError as error:
        tls.close()
        raise _refused(error) from None
    except (OSError, ValueError) as error:
        tls.close()
        raise NetworkError(f"The handshake failed: {error}.") from None
    except BaseException:
        tls.close()
        raise
    return tls


def _refused(error: ssl.SSLCertVerificationError) -> ChatError:
    if error.verify_code == _NOT_YET_VALID:
        when, remedy = "not valid yet", "one of the two clocks is wrong. Set it right"
    elif error.verify_code == _EXPIRED:
        when, remedy = "not valid any more", "sign in on that side to renew it, or set the clock that is wrong"
    else:
        return TrustError(f"The other side's certificate is not trusted: {error.verify_message}.")
    return ClockError(f"By the clock of this machine, {utc_now()}, the other side's certificate is {when}: {remedy}.")


def _shake(tls: ssl.SSLSocket, deadline: Deadline, turns: AbstractContextManager[object]) -> None:
    with Selector() as selector:
        selector.register(tls, selectors.EVENT_READ)
        while True:
            try:
                with turns:
                    tls.do_handshake()
                return
            except ssl.SSLWantReadError:
                selector.modify(tls, selectors.EVENT_READ)
            except ssl.SSLWantWriteError:
                selector.modify(tls, selectors.EVENT_WRITE)
            selector.select(deadline.remaining())
