"""Any message that the types allow, made from the types themselves."""

from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from chat.wire.messages import PeerMessage
from chat.wire.registry import FromClient, FromRegistry

FEW = 4  # items of a list, so that examples stay small


def of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Values of a field's type, within its bounds."""
    match kind:
        case inspect.IntType(ge=least, le=most):
            return st.integers(least, most)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case inspect.StrType(pattern=pattern, min_length=least, max_length=most):
            if pattern is not None:
                return st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="ascii")).filter(
                    lambda text: (least or 0) <= len(text) <= (most or len(text))
                )
            return st.text(st.characters(codec="utf-8"), min_size=least or 0, max_size=min(most or 99, 99))
        case inspect.BytesType(min_length=least, max_length=most):
            return st.binary(min_size=least or 0, max_size=most or 99)
        case inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            return st.lists(of(item), min_size=least or 0, max_size=min(most or FEW, FEW)).map(tuple)
        case inspect.StructType(cls=cls, fields=fields):
            return st.builds(cls, **{field.name: of(field.type) for field in fields})
        case inspect.UnionType(types=types):
            return st.one_of(*map(of, types))
    raise AssertionError(f"no strategy for {kind}")


def messages(family: Any) -> st.SearchStrategy[Any]:
    """Messages of a family."""
    return of(inspect.type_info(family))


def kinds(family: Any) -> list[type[msgspec.Struct]]:
    """The message classes of a family."""
    return list(family.__args__)


peer_messages = messages(PeerMessage)
client_messages = messages(FromClient)
registry_messages = messages(FromRegistry)


@st.composite
def splits(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """The same bytes in some pieces."""
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
