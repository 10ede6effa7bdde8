"""What is recognised by its form alone, whatever stands round it. Pure.

The detector's library knows many of these too, but looks for them at the ends of words and in sentences.
What would lead back to this database, ids, digests, fingerprints, addresses and paths, must be found
anywhere, so it is found here too. A form too many is better than one too few. No form begins with a run
without bounds: a long text would be gone over again from each of its characters.
"""

import re
from collections.abc import Iterator

from chat.core.export.spans import ACCOUNT, ADDRESS, DATE, EMAIL, FILE, HANDLE, ID, KINDS, PHONE, URL, Span

_ENDINGS = (
    "jpe?g|png|gif|webp|heic|bmp|tiff?|svg|pdf|docx?|xlsx?|pptx?|od[tsp]|txt|md|rtf|csv|tsv|jsonl?|xml|ya?ml|zip|tar|gz|"
    "7z|rar|mp[34]|m4a|ogg|opus|flac|wav|mov|avi|mkv|webm|py|js|ts|html?|css|sh|log|db|sqlite|pem|key|iso|exe|apk|ics|vcf"
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_HEX = "[0-9a-fA-F]"
_AN = "[A-Za-z0-9]"

_FORMS = [
    (ID, rf"<(?:{'|'.join(KINDS)}|GROUP)_\d+>"),  # what only looks like a tag of ours
    (EMAIL, r"[^\s@<>()\[\],;:\"]{1,64}\s?(?:@|\(at\)|\[at\])\s?[^\s@<>()\[\],;:\"]{1,255}\.\w{2,}"),
    (URL, r"(?:[a-zA-Z][a-zA-Z0-9+.-]{0,20}://|www\.)[^\s<>\"]+"),
    (HANDLE, r"(?<![^\W_])@[^\W\d_][\w.-]*\w|(?<!\w)u/\w+"),
    (ADDRESS, rf"(?<![\d.]){_OCTET}(?:\.{_OCTET}){{3}}(?!\d)(?::\d{{1,5}})?(?:/\d{{1,2}})?"),
    (ADDRESS, rf"\[?(?:{_HEX}{{1,4}}:){{4,7}}{_HEX}{{1,4}}\]?(?::\d{{1,5}})?"),
    (ADDRESS, rf"(?:{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,6}})?::"
              rf"(?:{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,6}})?"),
    (ID, rf"{_HEX}{{16,}}|{_HEX}{{4}}(?:[ :-]{_HEX}{{4}}){{3,}}|{_HEX}{{2}}(?::{_HEX}{{2}}){{5,}}"),
    (ID, rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"),
    (ID, r"(?=[\w+/=-]{0,99}\d)(?=[\w+/=-]{0,99}[A-Za-z])[\w+/=-]{24,}"),
    (ACCOUNT, rf"(?<!{_AN})[A-Za-z]{{2}}\d{{2}}(?:[ -]?{_AN}{{4}}){{3,7}}(?:[ -]?{_AN}{{1,3}})?(?!{_AN})"),
    (DATE, r"(?<!\d)(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2}))(?!\d)"),
    (PHONE, r"(?<!\w)(?:\+|00|\()?\d(?:[ ().\-/]{0,2}\d){6,}(?!\w)"),
    (ID, r"\d{7,}"),
    (FILE, r"(?:~|\.{1,2})?(?:/[^\s/<>\"|]+){2,}/?|(?:~|\.{1,2})/[^\s<>\"|]+"),
    (FILE, r"/(?:home|Users|root|tmp|mnt|media)\b[^\s<>]*"),
    (FILE, r"(?:[A-Za-z]:\\|\\\\)[^\s<>\"|]+"),
    (FILE, rf"[^\s/\\<>\"|]{{1,100}}\.(?:{_ENDINGS})(?!\w)"),
]  # fmt: skip
_COMPILED = [(kind, re.compile(form, re.IGNORECASE if kind == FILE else 0)) for kind, form in _FORMS]


def find_patterns(text: str) -> Iterator[Span]:
    """What has the form of an address, a number, a name of a file and the like."""
    for kind, form in _COMPILED:
        for found in form.finditer(text):
            yield Span(found.start(), found.end(), kind)
