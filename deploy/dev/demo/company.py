"""The demo company, made from a seed and a day: always the same rows for the same two.

Halden Instruments sells measuring instruments on three continents. Its tables are those of the importers: kind ->
rows of text. Records are known by external ids that begin with "demo:", segments and templates by their names;
columns that end in "_id", and `owner` of an opportunity, hold such an id or name.
"""

import csv
import io
import math
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, cycle
from random import Random
from typing import TypeVar

from deploy.dev.demo import words

SEED = 1906
ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES, TICKETS, ACTIVITIES = 100, 600, 2000, 3000, 1500, 2050
CONVERSIONS = 60
KEY_TICKETS = (TICKETS - 20, TICKETS - 10)  # open tickets of the key contact, with the demo agent
PLANNED = 60  # activities in the next two weeks
SALES_DAYS = 3 * 365
SUPPORT_DAYS = 540
ROLES = (
    "admin", "sales_manager", "sales_rep", "marketer", "support_manager", "support_agent", "analyst", "integration",
    "customer",
)  # fmt: skip
AS_OF = "The demo company as of"  # with the day, in the description of its teams
KEY_ACCOUNT = "demo:account:001"
KEY_CONTACT = "demo:contact:0001"
REP = "demo:user:sales_rep"
AGENT = "demo:user:support_agent"
# By month: quarters end well, summer and Christmas are quiet.
SEASON = (0.85, 0.95, 1.2, 0.95, 1.0, 1.25, 0.75, 0.7, 1.2, 1.05, 1.15, 0.8)

Row = dict[str, str]
T = TypeVar("T")


@dataclass(frozen=True)
class Conversion:
    """A lead that is converted, and the opportunity it opens."""

    lead: str
    opportunity: str
    amount: str
    close_date: str


@dataclass
class Company:
    """Everything the demo company consists of."""

    today: date
    tables: dict[str, list[Row]] = field(default_factory=dict)
    conversions: list[Conversion] = field(default_factory=list)

    def csv(self, kind: str) -> bytes:
        """A table as a file."""
        return to_csv(self.tables[kind])


def to_csv(rows: list[Row]) -> bytes:
    """Rows as the file an import takes."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def generate(today: date, seed: int = SEED) -> Company:
    """The company as it stands on the morning of a day."""
    return _Generator(seed, today).company


def role_email(role: str) -> str:
    """The address that the demo user of a built-in role logs in with."""
    return f"{role}@demo.example"


def _slug(text: str) -> str:
    plain = text.lower().translate(str.maketrans("äöåéøü", "aoaeou"))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _truth(value: bool) -> str:
    return "true" if value else "false"


@dataclass(frozen=True)
class _Seller:
    """A sales representative: where, how busy, and how much better than average at winning."""

    id: str
    territory: str
    weight: float
    skill: float


@dataclass(frozen=True)
class _Customer:
    """An account with what its deals depend on."""

    row: Row
    sector: str
    seller: _Seller
    weight: float


class _Generator:
    def __init__(self, seed: int, today: date) -> None:
        self._seed = seed
        self._today = today
        self._now = datetime.combine(today, time(6), UTC)
        self.company = Company(today)
        self._tables = self.company.tables
        self._sellers: list[_Seller] = []
        self._people()
        self._products()
        self._customers = self._accounts()
        self._contacts_of: dict[str, list[Row]] = {}
        self._contacts()
        self._opportunities()
        self._leads()
        self._tickets()
        self._activities()
        self._marketing()

    def _random(self, table: str) -> Random:
        """Chance of its own for every table, so that a change of one does not change the others."""
        return Random(f"{self._seed}:{table}")

    # People of the company.

    def _people(self) -> None:
        random = self._random("users")
        names = _Names(random)
        self._tables["territories"] = [
            {"name": name, "external_id": f"demo:territory:{_slug(name)}"} for name in words.TERRITORIES
        ]
        teams = [f"Sales {region} {half}" for region in words.TERRITORIES for half in (1, 2)]
        teams += ["Customer support", "Marketing"]
        self._tables["teams"] = [
            {"name": name, "external_id": f"demo:team:{_slug(name)}", "description": f"{AS_OF} {self._today}"}
            for name in teams
        ]
        users: list[Row] = []

        def hire(id_: str, role: str, manager: str = "", team: str = "", territory: str = "") -> str:
            first, last = next(names)
            demo = id_ in ROLES
            users.append(
                {
                    "external_id": f"demo:user:{id_}",
                    "email": role_email(id_) if demo else f"{_slug(first)}.{_slug(last)}@halden.example",
                    "display_name": f"{first} {last}",
                    "roles": role,
                    "manager": manager,
                    "teams": team,
                    "territories": territory,
                }
            )
            return users[-1]["external_id"]

        head = hire("head-of-sales", "sales_manager", territory=";".join(words.TERRITORIES))
        number = 0
        for index, team in enumerate(teams[:6]):
            territory = [*words.TERRITORIES][index // 2]
            ours = territory == "Europe" and index % 2 == 0  # where the demo manager and the demo seller work
            manager = hire("sales_manager" if ours else f"manager-{index + 1}", "sales_manager", head, team, territory)
            for place in range(4 + index % 2):
                number += 1
                is_demo = ours and place == 0
                id_ = hire("sales_rep" if is_demo else f"rep-{number:02}", "sales_rep", manager, team, territory)
                weight = 1.9 if is_demo else random.lognormvariate(0, 0.45)
                skill = 0.08 if is_demo else random.uniform(-0.13, 0.13)
                self._sellers.append(_Seller(id_, territory, weight, skill))
        chief = hire("support_manager", "support_manager", team="Customer support")
        for id_ in ("support_agent", *(f"agent-{n}" for n in range(1, 5))):
            hire(id_, "support_agent", chief, "Customer support")
        hire("marketer", "marketer", team="Marketing")
        hire("marketer-2", "marketer", "demo:user:marketer", "Marketing")
        hire("analyst", "analyst")
        hire("integration", "integration")
        hire("customer", "customer")
        hire("admin", "admin")
        self._tables["users"] = users

    # What it sells, and to whom.

    def _products(self) -> None:
        self._tables["products"] = [
            {
                "external_id": f"demo:product:{sku.lower()}",
                "name": name,
                "sku": f"HI-{sku}",
                "family": family,
                "price": str(price),
                "price_currency": "USD",
            }
            for name, sku, family, price in words.PRODUCTS
        ]

    def _accounts(self) -> list[_Customer]:
        random = self._random("accounts")
        rows: list[Row] = []
        customers: list[_Customer] = []
        taken: set[str] = set()
        roots: list[int] = []
        for number in range(1, ACCOUNTS + 1):
            key = number == 1
            family = rows[random.choice(roots[:14])] if number > 70 else None
            sector = "energy" if key else random.choice([*words.SECTORS])
            stem = family["name"].split()[0] if family else self._company_name(random, taken)
            kind = random.choice(words.SECTORS[sector][0])
            name = f"{stem} {kind}"
            while name in {row["name"] for row in rows}:
                name = f"{stem} {kind} {random.choice(('North', 'South', 'East', 'West', 'Group', 'Services'))}"
            seller = self._sellers_by(REP) if key else self._seller(random)
            country, cities, telephone, _ = random.choice(words.TERRITORIES[seller.territory])
            size = random.lognormvariate(6, 1.2)
            slug = _slug(name)
            age = random.randint(40, 330) if 70 < number <= 90 else random.randint(SALES_DAYS, SALES_DAYS + 900)
            created = self._now - timedelta(days=age)
            row = {
                "external_id": f"demo:account:{number:03}",
                "name": name,
                "domains": f"{slug}.example",
                "website": f"https://www.{slug}.example",
                "industry": sector.title() if random.random() < 0.04 else sector,
                "employees": str(int(size)) if random.random() < 0.94 else "",
                "annual_revenue": f"{size * random.uniform(90_000, 260_000):.0f}",
                "annual_revenue_currency": "USD",
                "founded_year": str(random.randint(1921, 2019)),
                "country": country,
                "phone": telephone.format(number % 100) if telephone else "",
                "description": f"Buys for {random.choice(cities)}." if random.random() < 0.3 else "",
                "parent": family["external_id"] if family else "",
                "owner_id": seller.id,
                "territory_id": f"demo:territory:{_slug(seller.territory)}",
                "tags": "demo" + (";key account" if key or random.random() < 0.08 else ""),
                "created_at": created.isoformat(),
            }
            if not family:
                roots.append(number - 1)
            rows.append(row)
            customers.append(_Customer(row, sector, seller, 4.0 if key else random.lognormvariate(0, 0.6)))
        # Files name subsidiaries before their parents too.
        listed = rows[:1] + rows[95:] + rows[1:95]
        self._tables["accounts"] = listed
        self._tables["account_relationships"] = self._relationships([row["external_id"] for row in rows])
        return customers

    def _relationships(self, accounts: list[str]) -> list[Row]:
        """What some accounts are to each other, the key account to most kinds of them."""
        random = self._random("relationships")
        ends = [(accounts[0], other) for other in random.sample(accounts[1:], len(words.RELATIONSHIPS))]
        ends += zip(accounts[40:60], accounts[60:80], strict=True)
        return [
            {"from_account": one, "kind": kind, "to_account": other, "note": note}
            for (one, other), (kind, note) in zip(ends, cycle(words.RELATIONSHIPS), strict=False)
        ]

    def _company_name(self, random: Random, taken: set[str]) -> str:
        while (name := random.choice(words.COMPANY_STARTS) + random.choice(words.COMPANY_ENDS)) in taken:
            pass
        taken.add(name)
        return name

    def _contacts(self) -> None:
        random = self._random("contacts")
        names = _Names(random)
        chosen = _weighted(random, self._customers, [customer.weight for customer in self._customers], CONTACTS)
        rows = []
        for number, customer in enumerate(chosen, 1):
            first, last = next(names)
            key = number == 1
            account = self._customers[0].row if key or number <= 12 else customer.row
            country, _, telephone, language = self._country(account["country"])
            address = role_email("customer") if key else f"{_slug(first)}.{_slug(last)}@{account['domains']}"
            if random.random() < 0.06 and not key:
                address = address.title()
            if random.random() < 0.04 and not key:
                address = ""
            if random.random() < 0.03:
                first, last = first.upper(), last.upper()
            lonely = number > 60 and random.random() < 0.03
            row = {
                "external_id": f"demo:contact:{number:04}",
                "first_name": first,
                "last_name": last,
                "email": address,
                "phone": telephone.format(random.randint(0, 99)) if telephone and random.random() < 0.7 else "",
                "title": random.choice(words.TITLES) if random.random() < 0.85 else "",
                "department": random.choice(words.DEPARTMENTS) if random.random() < 0.6 else "",
                "account": "" if lonely else account["external_id"],
                "country": country,
                "language": language,
                "preferred_channel": random.choice(("email", "email", "phone", "")),
                "lead_source": self._source(random),
                "owner_id": account["owner_id"],
                "territory_id": account["territory_id"],
                "tags": "demo" + (";vip" if key or random.random() < 0.05 else ""),
                "created_at": self._instant(random, SALES_DAYS).isoformat(),
            }
            rows.append(row)
            if not lonely:
                self._contacts_of.setdefault(account["external_id"], []).append(row)
        self._tables["contacts"] = rows

    # Sales.

    def _opportunities(self) -> None:
        random = self._random("opportunities")
        days = [self._today - timedelta(days=back) for back in range(1, SALES_DAYS + 1)]
        weights = [
            SEASON[day.month - 1] * (1.6 - 0.7 * back / SALES_DAYS) * (day.weekday() < 5)
            for back, day in enumerate(days, 1)
        ]
        begun = sorted(_weighted(random, days, weights, OPPORTUNITIES))
        shares = [customer.weight * customer.seller.weight for customer in self._customers]
        rows = []
        for number, day in enumerate(begun, 1):
            while (buyer := random.choices(self._customers, shares)[0]).row["created_at"] > day.isoformat():
                pass
            rows.append(self._opportunity(random, number, day, buyer))
        self._tables["opportunities"] = rows

    def _opportunity(self, random: Random, number: int, day: date, buyer: _Customer) -> Row:
        seller = buyer.seller
        if random.random() < 0.2:
            seller = random.choice([one for one in self._sellers if one.territory == buyer.seller.territory])
        product, sku, _, price = random.choice(words.PRODUCTS)
        _, size, liking = words.SECTORS[buyer.sector]
        quantity = max(1, round(random.lognormvariate(math.log(9_000 / price) if price < 9_000 else 0, 0.6)))
        amount = price * quantity * size * random.uniform(0.82, 1.02)
        cycle = max(3, round(random.lognormvariate(math.log(14 + 9 * math.log10(amount)), 0.55)))
        source = self._source(random)
        chance = 0.47 + seller.skill + liking + words.SOURCES[source][1] - 0.05 * (amount > 40_000)
        wins = random.random() < chance
        if not wins:
            cycle = round(cycle * 1.25)
        end = day + timedelta(days=cycle)
        begun = datetime.combine(day, time(8 + number % 9, number % 60), UTC)
        people = self._contacts_of.get(buyer.row["external_id"], [])
        contact = random.choice(people)["email"] if people and random.random() < 0.9 else ""
        known = random.random() < 0.97
        row = {
            "external_id": f"demo:opportunity:{number:04}",
            "name": f"{quantity} x {product}" + (f" for {buyer.row['name']}" if known else ""),
            "account": buyer.row["external_id"] if known else "",
            "contact": contact.lower() if known else "",
            "product": f"HI-{sku}",
            "owner": seller.id,
            "amount": f"{amount:.2f}",
            "amount_currency": "USD",
            "source": random.choice((source, *words.SOURCE_VARIANTS.get(source, ()))) if number % 25 == 0 else source,
            "campaign_id": self._campaign(day, source),
            "tags": "demo",
            "created_at": begun.isoformat(),
        }
        if end < self._today:
            row |= {"stage": "Won" if wins else "Lost", "close_date": end.isoformat()}
            row["lost_reason"] = "" if wins else random.choice(words.LOST_REASONS)
            row["competitors"] = random.choice(words.COMPETITORS) if row["lost_reason"] == "Competitor" else ""
            engaged = begun + timedelta(days=cycle * random.uniform(0.1, 0.4))
            row["engaged_at"] = _stamp(engaged)
            return row
        passed = (self._today - day).days / cycle
        stage = min(int(passed * 4), 3)
        row["stage"] = ("Prospecting", "Engaging", "Proposal", "Negotiation")[stage]
        expected = end - timedelta(days=round(cycle * random.uniform(-0.1, 0.35)))
        row["close_date"] = "" if stage == 0 and random.random() < 0.4 else expected.isoformat()
        row["next_step"] = random.choice(words.NEXT_STEPS) if stage else ""
        if stage:
            row["engaged_at"] = _stamp(begun + (self._now - begun) * random.uniform(0.2, 0.8))
        return row

    def _campaign(self, day: date, source: str) -> str:
        """The campaign a deal goes back to: one of that kind in the four months before."""
        for name, (back, _) in ((name, campaign[1:3]) for name, campaign in words.CAMPAIGNS.items()):
            start = self._today - timedelta(days=back)
            if source in words.CAMPAIGN_SOURCES and start < day < start + timedelta(days=120):
                return f"demo:campaign:{_slug(name)}"
        return ""

    def _leads(self) -> None:
        random = self._random("leads")
        names = _Names(random)
        rows: list[Row] = []
        for number in range(1, LEADS + 1):
            external_id = f"demo:lead:{number:04}"
            if number > 100 and random.random() < 0.05:
                rows.append(self._again(random, random.choice(rows[:-50]), external_id))
                continue
            first, last = next(names)
            seller = self._seller(random)
            country, cities, telephone, _ = random.choice(words.TERRITORIES[seller.territory])
            sector = random.choice([*words.SECTORS])
            stem = random.choice(words.COMPANY_STARTS) + random.choice(words.COMPANY_ENDS)
            company = f"{stem} {random.choice(words.SECTORS[sector][0])}"
            created = self._instant(random, SUPPORT_DAYS, growth=0.8)
            age = (self._now - created).days
            source = self._source(random)
            status = self._lead_status(random, age, source)
            row = {
                "external_id": external_id,
                "first_name": first if random.random() < 0.93 else "",
                "last_name": last,
                "email": f"{_slug(first)}.{_slug(last)}@{_slug(company)}.example" if random.random() < 0.93 else "",
                "phone": telephone.format(random.randint(0, 99)) if telephone and random.random() < 0.5 else "",
                "company": company if random.random() < 0.9 else "",
                "title": random.choice(words.TITLES) if random.random() < 0.6 else "",
                "source": random.choice(words.SOURCE_VARIANTS.get(source, (source,)))
                if random.random() < 0.05
                else source,
                "status": status,
                "unqualified_reason": random.choice(words.UNQUALIFIED_REASONS) if status == "UNQUALIFIED" else "",
                "industry": sector,
                "country": country,
                "city": random.choice(cities) if random.random() < 0.7 else "",
                "owner_id": seller.id if random.random() < 0.92 else "",
                "territory_id": f"demo:territory:{_slug(seller.territory)}",
                "tags": "demo",
                "last_activity": random.choice(words.LEAD_ACTIVITIES) if random.random() < 0.85 else "",
                "created_at": created.isoformat(),
            }
            rows.append(row)
        self._tables["leads"] = rows
        ripe = [row for row in rows if row["status"] == "QUALIFIED" and row["company"] and row["owner_id"]]
        for row in random.sample(ripe, CONVERSIONS):
            product, _, _, price = random.choice(words.PRODUCTS)
            opens = random.random() < 0.7
            self.company.conversions.append(
                Conversion(
                    row["external_id"],
                    f"{product} for {row['company']}" if opens else "",
                    f"{price * random.randint(1, 12)}.00",
                    (self._today + timedelta(days=random.randint(15, 90))).isoformat(),
                )
            )

    def _again(self, random: Random, row: Row, external_id: str) -> Row:
        """The same person once more, spelt differently, as people fill in a form twice."""
        again = row | {"external_id": external_id, "status": "NEW", "unqualified_reason": ""}
        again["email"] = row["email"].upper() if random.random() < 0.5 else row["email"]
        again["company"] = row["company"].lower() if random.random() < 0.5 else row["company"] + " Ltd"
        again["last_name"] = row["last_name"].lower() if random.random() < 0.3 else row["last_name"]
        again["created_at"] = self._instant(random, 120).isoformat()
        return again

    def _lead_status(self, random: Random, age: int, source: str) -> str:
        if random.random() < math.exp(-age / 25):
            return "NEW"
        if random.random() < math.exp(-age / 60):
            return "WORKING"
        good = 0.28 + words.SOURCES[source][1]
        return random.choices(
            ("QUALIFIED", "UNQUALIFIED", "NURTURING", "WORKING", "NEW"), (good, 0.34, 0.2, 0.1, 0.08)
        )[0]

    # Support.

    def _tickets(self) -> None:
        random = self._random("tickets")
        agents = [AGENT, *(f"demo:user:agent-{n}" for n in range(1, 5))]
        speed = {agent: random.uniform(0.7, 1.5) for agent in agents}
        people = [row for row in self._tables["contacts"] if row["email"]]
        weights = [12.0 if row["external_id"] == KEY_CONTACT else random.lognormvariate(0, 0.8) for row in people]
        begun = sorted(self._instant(random, SUPPORT_DAYS, growth=0.5) for _ in range(TICKETS))
        rows = []
        for number, (created, contact) in enumerate(
            zip(begun, _weighted(random, people, weights, TICKETS), strict=True), 1
        ):
            waiting = number in KEY_TICKETS
            if waiting:
                contact = people[0]
            kind = random.choices([*words.TICKETS], (0.5, 0.24, 0.12, 0.09, 0.05))[0]
            subjects, answers = words.TICKETS[kind]
            product = random.choice(words.PRODUCTS)[0]
            urgency = random.choices(("LOW", "MEDIUM", "HIGH", "CRITICAL"), (0.25, 0.45, 0.22, 0.08))[0]
            pace = {"LOW": 14.0, "MEDIUM": 7.0, "HIGH": 2.5, "CRITICAL": 0.8}[urgency]
            agent = agents[number % len(agents)]
            answered = created + timedelta(hours=random.lognormvariate(math.log(pace * speed[agent]), 0.9))
            resolved = answered + timedelta(hours=random.lognormvariate(math.log(pace * 4 * speed[agent]), 1.1))
            stuck = random.random() < 0.015 + 0.6 * math.exp(-(self._now - created).days / 8) or waiting
            row = {
                "external_id": f"demo:ticket:{number:04}",
                "subject": random.choice(subjects).format(product=product),
                "description": random.choice(words.TICKET_TEXTS),
                "requester_email": contact["email"].lower(),
                "requester_name": f"{contact['first_name']} {contact['last_name']}",
                "account": "",
                "priority": urgency,
                "channel": random.choice(("EMAIL", "EMAIL", "WEB", "PHONE", "CHAT", "SOCIAL")),
                "type": kind,
                "product": product if random.random() < 0.9 else "",
                "assignee_id": agent,
                "team_id": "demo:team:customer-support",
                "tags": "demo" + (";angry" if random.random() < 0.04 else ""),
                "created_at": created.isoformat(),
                "status": "NEW",
            }
            if answered < self._now and not (stuck and random.random() < 0.3):
                row["first_responded_at"] = _stamp(answered)
                row["status"] = random.choice(("OPEN", "OPEN", "PENDING_CUSTOMER", "PENDING_INTERNAL"))
                if resolved < self._now and not stuck:
                    row["resolved_at"] = _stamp(resolved)
                    row["resolution"] = random.choice(answers)
                    row["status"] = "CLOSED" if (self._now - resolved).days > 7 else "RESOLVED"
                    if random.random() < 0.4:
                        hours = (resolved - created).total_seconds() / 3600
                        score = random.gauss(4.6 - 0.35 * math.log1p(hours / 12), 0.8)
                        row["satisfaction"] = str(min(5, max(1, round(score))))
            elif random.random() < 0.4:
                row["assignee_id"] = ""
            rows.append(row)
        self._tables["tickets"] = rows

    # What was said and sent.

    def _activities(self) -> None:
        random = self._random("activities")
        people = [row for row in self._tables["contacts"] if row["account"]]
        weights = [25.0 if row["external_id"] == KEY_CONTACT else random.lognormvariate(0, 0.7) for row in people]
        rows = []
        for number, contact in enumerate(_weighted(random, people, weights, ACTIVITIES), 1):
            planned = number <= PLANNED
            kind = (
                random.choice(("CALL", "MEETING"))
                if planned
                else random.choices([*words.ACTIVITIES], (5, 6, 2, 2, 1))[0]
            )
            channel, subjects, minutes = words.ACTIVITIES[kind]
            if planned:
                subjects = tuple(subject for subject in subjects if subject not in words.UNPLANNED)
            at = self._now + timedelta(hours=random.randint(3, 14 * 24)) if planned else self._instant(random, 400, 0.6)
            rows.append(
                {
                    "source_id": f"demo:activity:{number:04}",
                    "type": kind,
                    "subject": random.choice(subjects),
                    "channel": channel,
                    "contact": contact["external_id"],
                    "account": contact["account"],
                    "duration_minutes": str(max(1, round(minutes * random.uniform(0.4, 1.8)))) if minutes else "",
                    "occurred_at": at.isoformat(),
                    "owner_id": contact["owner_id"],
                    "done": _truth(not planned),
                }
            )
        self._tables["activities"] = rows

    def _marketing(self) -> None:
        random = self._random("campaigns")
        people = [row for row in self._tables["contacts"] if row["email"]]
        campaigns: list[Row] = []
        members: list[Row] = []
        for name, (channel, back, size, responding, cost, (first, answer)) in words.CAMPAIGNS.items():
            start = self._today - timedelta(days=back)
            id_ = f"demo:campaign:{_slug(name)}"
            campaigns.append(
                {
                    "external_id": id_,
                    "name": name,
                    "channel": channel,
                    "start_date": start.isoformat(),
                    "end_date": (start + timedelta(days=10)).isoformat(),
                    "budget": str(cost * 11 // 10),
                    "cost": str(cost),
                    "expected_revenue": str(cost * 9),
                    "owner_id": "demo:user:marketer",
                    "description": f"{name}, planned for {size} people.",
                    "status": "completed" if size else "planned",
                    "segment_id": "" if size else next(iter(words.SEGMENTS)),
                    "template_id": "" if size else words.NEWSLETTER,
                    "created_at": _stamp(datetime.combine(start - timedelta(days=30), time(9), UTC)),
                }
            )
            invited = [people[0], *random.sample(people[1:], size - 1)] if size else []
            for contact in invited:
                responded = contact is people[0] or random.random() < responding
                sent = datetime.combine(start, time(9), UTC)
                answered = sent + timedelta(hours=random.uniform(1, 24 * 9))
                members.append(
                    {
                        "campaign": name,
                        "contact": contact["email"].lower(),
                        "status": answer if responded else first,
                        "responded": _truth(responded),
                        "created_at": _stamp(sent),
                        "responded_at": _stamp(answered) if responded else "",
                    }
                )
        self._tables["segments"] = [
            {"name": name, "kind": "DYNAMIC", "filter": text} for name, text in words.SEGMENTS.items()
        ]
        self._tables["campaigns"] = campaigns
        self._tables["campaign_members"] = members

    # Chance.

    def _seller(self, random: Random) -> _Seller:
        return random.choices(self._sellers, [seller.weight for seller in self._sellers])[0]

    def _sellers_by(self, id_: str) -> _Seller:
        return next(seller for seller in self._sellers if seller.id == id_)

    def _source(self, random: Random) -> str:
        return random.choices([*words.SOURCES], [share for share, _ in words.SOURCES.values()])[0]

    def _country(self, code: str) -> tuple[str, tuple[str, ...], str, str]:
        return next(one for countries in words.TERRITORIES.values() for one in countries if one[0] == code)

    def _instant(self, random: Random, days: int, growth: float = 0.0) -> datetime:
        """A moment in the hours of work of the last `days` days; `growth` makes recent ones likelier."""
        while True:
            back = random.random() ** (1 + growth) * days
            at = self._now - timedelta(days=back)
            if at.weekday() < 5:
                return at.replace(hour=random.randint(7, 17), minute=random.randint(0, 59), second=0, microsecond=0) - (
                    timedelta(days=1) if back < 1 else timedelta()
                )


class _Names:
    """People's names; none comes twice."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._taken: set[tuple[str, str]] = set()

    def __next__(self) -> tuple[str, str]:
        while (name := (self._random.choice(words.FIRST_NAMES), self._random.choice(words.LAST_NAMES))) in self._taken:
            pass
        self._taken.add(name)
        return name


def _weighted(random: Random, items: list[T], weights: list[float], count: int) -> list[T]:
    return random.choices(items, cum_weights=list(accumulate(weights)), k=count)
