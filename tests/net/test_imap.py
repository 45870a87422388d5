"""The IMAP client against strange and hostile servers: each is an error in words, bounded in time and size."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from alertd.base.secrets import Secret
from alertd.errors import FetchTemporary
from alertd.net.address import AddressPolicy
from alertd.net.imap import Imap, LoginRefused, session
from alertd.net.imap_answer import Answer, fetched, folder_name, found_uids, literal_size, quoted
from alertd.net.imap_socket import Access
from tests.support.http import DEADLINE_S
from tests.support.imap_server import ScriptedServer

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Talk = Callable[[Reader, Writer], Awaitable[None]]


def script(answers: dict[bytes, bytes], greeting: bytes = b"* OK ready\r\n") -> Talk:
    """Answer commands by their name; `%` stands for the tag."""
    usual = {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n% OK\r\n", b"LOGIN": b"% OK in\r\n",
             b"EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 9]\r\n% OK\r\n"}  # fmt: skip

    async def talk(reader: Reader, writer: Writer) -> None:
        writer.write(greeting)
        while line := await reader.readline():
            tag, _, rest = line.partition(b" ")
            name = rest.strip().split(b" (")[0].split(b' "')[0].upper()
            found = next((a for key, a in {**usual, **answers}.items() if name.startswith(key)), b"% BAD what\r\n")
            writer.write(found.replace(b"%", tag))
            await writer.drain()

    return talk


async def ask(
    folder: Path, talk: Talk, work: Callable[[Imap], Awaitable[object]],
    *, timeout_s: float = DEADLINE_S, tls: str = "implicit",
) -> object:  # fmt: skip
    """Do something in a session with a scripted server."""
    server = ScriptedServer(folder, talk)
    server.start()
    try:
        context = ssl.create_default_context(cafile=str(server.ca_file))
        port = server.port if tls == "implicit" else server.plain_port
        policy = AddressPolicy.of(allow_private=True)
        access = Access(server.host, port, tls, context, policy, timeout_s)  # type: ignore[arg-type]
        async with session(access, "desk", Secret("s3cret-word")) as imap:
            return await work(imap)
    finally:
        server.stop()


async def opened(imap: Imap) -> object:
    return await imap.open_folder("INBOX")


async def test_a_session_with_a_plain_server(tmp_path: Path) -> None:
    talk = script({
        b"UID SEARCH": b"* SEARCH 3 9 5 x 99999999999\r\n% OK\r\n",
        b"UID FETCH 3,5": b"* 1 FETCH (FLAGS (\\Seen) UID 3 RFC822.SIZE 10 "
        b"INTERNALDATE \"02-Jun-2025 09:05:02 -0400\")\r\n"
        b"* 2 FETCH (UID 4 RFC822.SIZE 1)\r\n% OK\r\n",
        b"UID FETCH 3": b"* 1 FETCH (BODY[]<0> {5}\r\nab\r\nc UID 3)\r\n% OK\r\n",
    })  # fmt: skip

    async def work(imap: Imap) -> None:
        assert (await imap.open_folder("INBOX")).validity == 7
        assert await imap.uids(5) == [5, 9]
        (about,) = await imap.about([3, 5])
        assert (about.uid, about.size, about.received) == (3, 10, "02-Jun-2025 09:05:02 -0400")
        assert await imap.fetch(3, 100) == b"ab\r\nc"

    await ask(tmp_path, talk, work)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({b"EXAMINE": b"% NO [NONEXISTENT] no such folder\r\n"}, "does not open the folder: NO .NONEXISTENT."),
        ({b"EXAMINE": b"% OK\r\n"}, "no UIDVALIDITY"),
        ({b"EXAMINE": b"* OK [UIDVALIDITY 99999999999]\r\n% OK\r\n"}, "no UIDVALIDITY"),
        ({b"EXAMINE": b"* BYE tired\r\n"}, "ends the conversation: BYE tired"),
        ({b"EXAMINE": b"* " + b"x" * (3 << 20) + b"\r\n"}, "a line of more than 1 MiB"),
        ({b"EXAMINE": b"* X {999999999}\r\n"}, "sends 953.7 MiB where less was asked for"),
        ({b"EXAMINE": b"* X {1}\r\n"}, "where less was asked for"),
        ({b"EXAMINE": b"* X\0Y\r\n"}, "not proper IMAP"),
        ({b"EXAMINE": b"* 1 EXISTS\r\n" * 5_000}, "too many answers"),
        ({b"EXAMINE": (b"* X " + b"(" * 100_000 + b"\r\n") * 5}, "or too long ones"),
        ({b"EXAMINE": b"* 1 EXISTS\r\n"}, "does not open the folder within 1 s"),
        ({b"LOGIN": b"% NO s3cret-word is wrong\r\n"}, "does not log in: NO <secret> is wrong"),
        ({b"CAPABILITY": b"* CAPABILITY LOGINDISABLED\r\n% OK\r\n"}, "no login by a password"),
    ],
)  # fmt: skip
async def test_a_server_that_is_strange_or_hostile_is_an_error_in_words(
    tmp_path: Path, answers: dict[bytes, bytes], words: str
) -> None:
    with pytest.raises(FetchTemporary, match=words) as caught:
        await ask(tmp_path, script(answers), opened, timeout_s=1.0 if "within 1 s" in words else DEADLINE_S)
    assert "s3cret-word" not in str(caught.value)
    assert isinstance(caught.value, LoginRefused) == ("log in" in words or "login" in words)


@pytest.mark.parametrize("greeting", [b"* PREAUTH welcome\r\n", b"220 smtp.example.com\r\n", b"* BYE full\r\n"])
async def test_only_a_server_that_asks_for_a_login_is_talked_to(tmp_path: Path, greeting: bytes) -> None:
    with pytest.raises(FetchTemporary, match="does not greet"):
        await ask(tmp_path, script({}, greeting), opened)


async def test_a_long_search_and_strange_answers_about_mails_are_read_or_left(tmp_path: Path) -> None:
    many = b" ".join(b"%d" % uid for uid in range(1, 100_001))
    talk = script({
        b"UID SEARCH": b"* SEARCH " + many + b"\r\n% OK\r\n",
        b"UID FETCH 1": b"* 1 FETCH (UID 1 RFC822.SIZE x)\r\n* 2 FETCH (UID 99999999999 RFC822.SIZE 1)\r\n"
        b"* 3 FETCH (UID 1 " + b"(" * 9_000 + b" RFC822.SIZE 1)\r\n* 1 FETCH (BODY[] {1}\r\nx)\r\n% OK\r\n",
    })  # fmt: skip

    async def work(imap: Imap) -> None:
        assert (await imap.uids(7))[:2] == [7, 8]
        with pytest.raises(FetchTemporary, match="less was asked for"):
            await imap.about([1])

    await ask(tmp_path, talk, work)


async def test_no_more_of_a_mail_comes_than_was_asked_for(tmp_path: Path) -> None:
    talk = script({b"UID FETCH": b"* 1 FETCH (UID 3 BODY[]<0> {200}\r\n" + b"x" * 200 + b")\r\n% OK\r\n"})
    with pytest.raises(FetchTemporary, match="sends 200 bytes where less was asked for"):
        await ask(tmp_path, talk, lambda imap: imap.fetch(3, 100))


@pytest.mark.parametrize("reply", [b"s1 NO\r\n", b"* OK still\r\n" * 50, b"x" * 5_000])
async def test_without_tls_nothing_is_said(tmp_path: Path, reply: bytes) -> None:
    said: list[bytes] = []

    async def talk(reader: Reader, writer: Writer) -> None:
        writer.write(b"* OK ready\r\n")
        said.append(await reader.readline())
        writer.write(reply)
        said.append(await reader.read())

    with pytest.raises(FetchTemporary, match=r"does not (offer STARTTLS|greet)"):
        await ask(tmp_path, talk, opened, tls="starttls")
    assert said[0] == b"s1 STARTTLS\r\n"
    assert said[1:] in ([], [b""])


async def test_what_is_slipped_in_before_tls_is_no_answer_under_it(tmp_path: Path) -> None:
    async def talk(reader: Reader, writer: Writer) -> None:
        writer.write(b"* OK ready\r\n")
        await reader.readline()
        writer.write(b"s1 OK\r\n* CAPABILITY LOGINDISABLED\r\na1 OK\r\n")
        await reader.read()

    with pytest.raises(FetchTemporary):
        await ask(tmp_path, talk, opened, tls="starttls", timeout_s=2.0)


def test_answers_are_read_in_linear_time() -> None:
    for text in (b'* 1 FETCH (X "' + b'\\"' * 500_000, b"* 1 FETCH " + b"(" * 500_000, b"* OK [" + b"[A " * 300_000):
        answer = Answer(text)
        assert isinstance(fetched(answer), dict)
        assert answer.code(b"UIDNEXT") is None
    assert len(found_uids(Answer(b"* SEARCH " + b"1 " * 500_000))) == 500_000


def test_literals_and_names_are_written_as_the_standard_says() -> None:
    assert literal_size(b"* 1 FETCH (BODY[] {42}") == 42
    assert literal_size(b"* 1 FETCH (BODY[] {42+}") == 42
    assert literal_size(b"* 1 FETCH {42} ") is None
    assert folder_name("Entwürfe/R&D") == b'"Entw&APw-rfe/R&-D"'
    assert folder_name("日本語") == b'"&ZeVnLIqe-"'
    assert quoted('a"b\\c') == b'"a\\"b\\\\c"'
    with pytest.raises(ValueError, match="ASCII"):
        quoted("a\r\nb")
    items = fetched(Answer(b"* 1 FETCH (UID 3 BODY[]<0> \0 ENVELOPE (a (b)) X NIL)", [b"raw"]))
    assert items == {"UID": b"3", "BODY[]": b"raw", "X": b""}
