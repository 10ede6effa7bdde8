"""All that a database knows of people and files is found, from each table that has it."""

from db.connection import Database
from db.files import insert_files
from db.messages import insert_received, insert_sent
from db.rooms import MemberRow, RoomRow, put_member, put_room
from db.traces import find_traces
from db.users import update_user
from tests.core.writings import Writing, file_row
from tests.db.rows import client_connection, receiver_row, sender_row


def test_each_table_is_read(database: Database) -> None:
    connection = client_connection(database)
    update_user(connection, "bob", ip="192.0.2.1", port=1, peer_id="b0b", public_key=b"k" * 32, shown_key=b"s" * 32)
    insert_sent(connection, [sender_row(1, "carol", ip="192.0.2.2", port=2, recipients="carol,dave")])
    insert_received(connection, [receiver_row(2, "eve", ip="192.0.2.3", port=3, recipients="alice,frank")])
    insert_files(
        connection, [file_row(Writing(2, "eve", ("alice",), "photo.png", "image"), "eve")._replace(path="/x/y")]
    )
    put_room(connection, RoomRow("#tea", "joined", owner="gina", owner_key=b"g" * 32))
    put_member(connection, MemberRow("#tea", "henry", 1, b"h" * 32))
    insert_received(connection, [receiver_row(3, "eve", ip="192.0.2.3", port=3, recipients="#left")])
    traces = find_traces(connection)
    assert traces.names == {"alice", "bob", "carol", "dave", "eve", "frank", "gina", "henry"}
    assert traces.addresses == {"192.0.2.1", "192.0.2.2", "192.0.2.3"}
    assert traces.ports == {1, 2, 3}
    assert traces.ids == {"b0b"}
    assert traces.keys == {b"k" * 32, b"s" * 32, b"g" * 32, b"h" * 32}
    assert traces.rooms == {"#tea", "#left"}
    assert traces.files == {"photo.png", "/x/y"}
