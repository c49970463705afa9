"""The stored form of what people write in several ways, and the keys by which two spellings are recognised as one.

Every way in crosses it: the API through the schemas, imports because they build the same messages, copies because
their keys are made here too.
"""

from __future__ import annotations

import re

from crm_chassis.contracts.formats import address_key
from crm_chassis.text import fold, words

# Mail providers that anybody can have an address at: their domains say nothing about an organisation.
_PROVIDERS_OF_COUNTRIES = frozenset(
    "aol fastmail gmail gmx googlemail hotmail hushmail live msn outlook proton protonmail rocketmail tutanota "
    "windowslive yahoo yandex ymail zoho zohomail".split()
)
_PROVIDERS = frozenset(
    "126.com 139.com 163.com 188.com 1und1.de abv.bg alice.it aliyun.com arcor.de att.net azet.sk bell.net "
    "bellsouth.net bigpond.com bluewin.ch bol.com.br btinternet.com btopenworld.com centrum.cz centrum.sk "
    "charter.net chello.at comcast.net cox.net daum.net duck.com earthlink.net email.cz email.de eircom.net "
    "free.fr freemail.hu freenet.de frontier.com hanmail.net hey.com home.nl icloud.com ig.com.br inbox.lv "
    "inbox.ru indiatimes.com inwind.it iol.pt juno.com kakao.com kpnmail.nl laposte.net libero.it list.ru "
    "luukku.com mac.com mail.bg mail.com mail.de mail.ee mail.ru mailbox.org me.com mweb.co.za naver.com neuf.fr "
    "ntlworld.com numericable.fr o2.pl onet.eu onet.pl online.de online.no optonline.net optusnet.com.au "
    "orange.fr planet.nl pm.me posteo.de posteo.net post.cz prodigy.net.mx ptd.net qq.com rambler.ru "
    "rediffmail.com roadrunner.com rogers.com sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.cn sina.com "
    "sky.com skynet.be snet.net sohu.com swissonline.ch sympatico.ca t-online.de talktalk.net telefonica.net "
    "telenet.be telia.com telstra.com terra.com.br tin.it tiscali.co.uk tiscali.it tut.by tuta.com tuta.io "
    "ukr.net uol.com.br ureach.com verizon.net videotron.ca virgilio.it virgin.net virginmedia.com vodafone.de "
    "vodafone.it volny.cz wanadoo.es wanadoo.fr web.de windstream.net wp.pl xs4all.nl xtra.co.nz ya.ru yeah.net "
    "zonnet.nl zoznam.sk".split()
)
# yahoo.com, yahoo.de, yahoo.co.uk, yahoo.com.br
_OF_A_COUNTRY = re.compile(r"([a-z]+)\.(com|net|me|[a-z]{2}|com?\.[a-z]{2})")
_LEGAL_FORMS = frozenset("inc llc ltd gmbh ag corp corporation co company plc sa bv kg se".split())
# Those that are words too, or short, so that they say so only behind the name. "SpA" is none: it is a word for baths.
_AT_THE_END = _LEGAL_FORMS | frozenset(
    "ab abp ae aps as asa asbl bhd bvba cie cv cvba dac doo eireli eirl eood eurl gbr gesmbh incorporated kft kgaa kk "
    "ks limited lllp llp lp ltda mbh nv nyrt oao ohg ood oü oy oyj pao pllc pte pty pvt rl sab sal sapi sarl sas sasu "
    "sca scs sdn sgps sia sl sll slu snc spj spk sprl spzoo srl srls sro uab ug vof zao zrt оао ооо пао зао".split()
)
_IN_FRONT = frozenset("oao ooo pao zao оао ооо пао зао".split())
_BETWEEN = frozenset("de private und and et".split())
"""Words within a legal form: "S.A. de C.V.", "Private Limited"."""
_WRITTEN_APART = (
    (re.compile(r"(?<![^\W_])([aik])/s(?![^\W_])"), r"\1s"),
    (re.compile(r"(?<![^\W_])sp(?:ółka)?\.? ?z ?o\.? ?o(?![^\W_])\.?"), "spzoo"),
    (re.compile(r"(?<![^\W_])spol\.? ?s ?r\.? ?o(?![^\W_])\.?"), "sro"),
    (re.compile(r"(?<![^\W_])s\.? de r\.? ?l(?![^\W_])\.?"), "srl"),
)
_ABBREVIATION = re.compile(r"(?<![^\W_])(?:[^\W\d_]\. ?)+[^\W\d_](?![^\W_])")
"""Letters with full stops between them: "S.A.", "S. p. A."."""


def name_key(name: str) -> str:
    """A name reduced to its letters, marks and digits: "GTX Pro" and "GTXPro" are both "gtxpro".

    Empty for a name without any, and an empty key equals nothing.
    """
    return "".join(words(name))


def company_words(name: str) -> list[str]:
    """The words of a company's name without legal forms; a name of nothing but legal forms keeps them.

    An abbreviation with full stops is one word. What stands first is no legal form: "SAS Institute", "Co-op Bank".
    """
    text = fold(name)
    for written, form in _WRITTEN_APART:
        text = written.sub(form, text)
    parts = words(_ABBREVIATION.sub(lambda letters: re.sub(r"[. ]", "", letters[0]), text))
    end = len(parts)
    while end and (parts[end - 1] in _AT_THE_END or (end < len(parts) and parts[end - 1] in _BETWEEN)):
        end -= 1
    if not end:
        return parts
    begin = 1 if parts[0] in _IN_FRONT and end > 1 else 0
    return parts[begin : begin + 1] + [word for word in parts[begin + 1 : end] if word not in _LEGAL_FORMS]


def company_key(name: str) -> str:
    """A name reduced to what makes two spellings of a company equal: letters and digits, without legal forms.

    "Acme, Inc." and "ACME" are both "acme". Empty like `name_key`.
    """
    return "".join(company_words(name))


def is_free_mail(domain: str) -> bool:
    """Whether anybody can have an address at this domain, which is folded."""
    country = _OF_A_COUNTRY.fullmatch(domain)
    return domain in _PROVIDERS or (country is not None and country[1] in _PROVIDERS_OF_COUNTRIES)


def domain_of(email: str) -> str:
    """The domain of an address if it may belong to an organisation, else empty."""
    domain = address_key(email).rpartition("@")[2]
    return "" if is_free_mail(domain) else domain
