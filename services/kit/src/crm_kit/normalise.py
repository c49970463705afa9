"""The stored form of what people write in several ways, and the keys by which two spellings are recognised as one.

Every way in crosses it: the API through the schemas, imports because they build the same messages, copies because
their keys are made here too.
"""

from __future__ import annotations

import re

from crm_chassis.contracts.formats import address_key
from crm_chassis.text import words

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


def name_key(name: str) -> str:
    """A name reduced to its letters, marks and digits: "GTX Pro" and "GTXPro" are both "gtxpro".

    Empty for a name without any, and an empty key equals nothing.
    """
    return "".join(words(name))


def company_words(name: str) -> list[str]:
    """The words of a company's name without legal forms; a name of nothing but legal forms keeps them."""
    parts = words(name)
    return [word for word in parts if word not in _LEGAL_FORMS] or parts


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
