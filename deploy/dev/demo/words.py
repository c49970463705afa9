"""The words the demo company is made of. Every company in them is invented."""

FIRST_NAMES = (
    "Ada Aiko Alma Amir Anders Anouk Ansel Aria Asha Astrid Aurel Bashir Beatriz Bela Bram Bruno Camila Carys Cato "
    "Celia Chidi Clara Cyrus Dalia Dario Delphine Devon Dilan Edda Eero Elif Elin Elio Emeka Enzo Esra Fabio Farah "
    "Femi Finn Freya Gael Greta Hamza Hana Hedda Hugo Ida Ilse Imani Inga Ivo Jannik Jaya Joana Jonas Jun Kaia Kamal "
    "Keiko Kian Kofi Laila Lars Leda Leif Lina Livia Luca Maeve Malik Mara Marek Mei Milan Mira Nadia Naoki Nia Nils "
    "Noor Olin Oskar Otto Pia Priya Quinn Rafa Ravi Renata Rhea Rosa Ruben Saana Sanjay Selma Sena Signe Soren Tala "
    "Tariq Teo Thea Tove Uma Vera Viggo Wanda Xenia Yara Yusuf Zoe Zola"
).split()
LAST_NAMES = (
    "Abara Achterberg Adeyemi Albrecht Alves Amari Andersson Aoki Arslan Asante Bakker Balogun Barros Baumann Becker "
    "Bellini Berg Bianchi Boateng Brandt Braun Carlsen Castillo Chandra Chen Correia Costa Dahl Demir Diallo Dubois "
    "Duarte Eklund Engel Erdem Falk Farouk Fischer Fontaine Fournier Fuchs Garnier Ghosh Gomes Granger Gupta Haddad "
    "Hagen Hansen Haruna Hayashi Heller Herrera Holm Horvat Ibarra Ivanov Iyer Jansen Jensen Joshi Kaya Keller Khan "
    "Kimura Klein Kovacs Kruger Kumar Lange Larsen Laurent Lefevre Lind Lopes Lund Madsen Marchetti Martens Mehta "
    "Meyer Molina Moreau Mori Nakata Nielsen Novak Nyberg Obi Okafor Olsen Ortega Osei Ozturk Patel Petrov Pinto "
    "Quist Rahman Ramos Reuter Ricci Rossi Ruiz Saito Salazar Santos Sato Schmitt Sharma Silva Simic Soares Sorensen "
    "Stein Suzuki Tanaka Thorsen Tremblay Ueda Vargas Vega Verma Vogel Wagner Weber Winter Yamada Yilmaz Zeller"
).split()

COMPANY_STARTS = (
    "Al Ar Bel Bor Cal Cor Dal Del Dor El Fal Fen Gal Gor Hal Hel Ister Jor Kal Kel Lor Lum Mar Mel Nor Nov Or Pel "
    "Quel Ral Ros Sel Sol Tal Tor Ul Val Ver Vol Wel Yor Zan"
).split()
COMPANY_ENDS = (
    "ada anth ara avik dane delta dran ena entis eron esta idon inex iora isk ithe kor lane mere mond nova on ora "
    "ova quist rand rion stad tara tec tis una va vent vio wick yn zano"
).split()

# Sector -> what companies of it are called, how big their deals are, how readily they buy.
SECTORS: dict[str, tuple[tuple[str, ...], float, float]] = {
    "manufacturing": (("Works", "Castings", "Machinery", "Metals"), 1.2, 0.03),
    "energy": (("Power", "Grid", "Renewables"), 1.7, 0.00),
    "food": (("Foods", "Dairy", "Mills"), 0.7, 0.05),
    "pharmaceuticals": (("Pharma", "Biologics", "Labs"), 1.5, 0.06),
    "logistics": (("Logistics", "Freight", "Cold Chain"), 0.8, 0.02),
    "water": (("Water", "Utilities"), 1.1, -0.04),
    "research": (("Institute", "Research"), 0.6, -0.06),
    "construction": (("Construction", "Cement"), 0.9, -0.03),
}

# Territory -> (country, cities, telephone numbers that are nobody's, language).
TERRITORIES: dict[str, tuple[tuple[str, tuple[str, ...], str, str], ...]] = {
    "Americas": (
        ("US", ("Boston", "Denver", "Portland", "Austin"), "+1 202 555 01{:02d}", "en"),
        ("CA", ("Toronto", "Calgary", "Halifax"), "+1 613 555 01{:02d}", "en"),
    ),
    "Europe": (
        ("DE", ("Hamburg", "Leipzig", "Stuttgart"), "+49 30 23125 0{:02d}", "de"),
        ("GB", ("Leeds", "Bristol", "Glasgow"), "+44 20 7946 00{:02d}", "en"),
        ("FR", ("Lyon", "Nantes", "Lille"), "+33 1 99 00 01 {:02d}", "fr"),
        ("SE", ("Malmö", "Uppsala"), "+46 8 465 004 {:02d}", "sv"),
    ),
    "Asia-Pacific": (
        ("AU", ("Perth", "Brisbane", "Adelaide"), "+61 2 5550 01{:02d}", "en"),
        ("JP", ("Osaka", "Sendai"), "", "ja"),
        ("IN", ("Pune", "Chennai", "Kochi"), "", "en"),
    ),
}

# Name, stock keeping unit, family, price in USD.
PRODUCTS = (
    ("Lumen Sensor", "LS-10", "Sensors", 180),
    ("Lumen Sensor Pro", "LS-20", "Sensors", 420),
    ("Tide Flow Meter", "TF-10", "Meters", 1_250),
    ("Tide Flow Meter XL", "TF-40", "Meters", 3_900),
    ("Kestrel Gateway", "KG-1", "Gateways", 890),
    ("Kestrel Gateway Rugged", "KG-2", "Gateways", 1_640),
    ("Atlas Analyser", "AA-100", "Analysers", 9_800),
    ("Atlas Analyser Lab", "AA-300", "Analysers", 27_500),
    ("Beacon Monitoring", "BM-Y", "Software", 2_400),
    ("Beacon Monitoring Plant", "BM-P", "Software", 11_200),
    ("Calibration Plan", "SV-C", "Services", 650),
    ("Commissioning", "SV-I", "Services", 4_300),
)

# Source -> (share of leads, how much likelier a deal from there is won); then how else people spell it.
SOURCES: dict[str, tuple[float, float]] = {
    "Web": (0.34, 0.00),
    "Referral": (0.14, 0.14),
    "Trade show": (0.14, 0.02),
    "Email campaign": (0.12, -0.03),
    "Cold call": (0.10, -0.10),
    "Partner": (0.09, 0.08),
    "Webinar": (0.07, 0.03),
}
SOURCE_VARIANTS = {
    "Web": ("web", "WEB", "Website"),
    "Trade show": ("trade show", "Tradeshow"),
    "Referral": ("referral",),
}

LOST_REASONS = ("Price", "No budget", "Competitor", "No decision", "Missing feature", "Timing")
COMPETITORS = ("Ostrava Gauges", "Meridian Sensing", "Quantix")
NEXT_STEPS = ("Send the revised offer", "Site visit", "Call the plant manager", "Security questionnaire", "Demo")
TITLES = (
    "Plant Manager", "Head of Maintenance", "Procurement Lead", "Process Engineer", "Quality Manager",
    "Chief Operating Officer", "Lab Director", "Automation Engineer", "Buyer", "Head of Engineering",
)  # fmt: skip
DEPARTMENTS = ("Operations", "Maintenance", "Procurement", "Engineering", "Quality", "Laboratory")
UNQUALIFIED_REASONS = ("No budget", "Student", "Wrong number", "Not our market", "Already a customer")
LEAD_ACTIVITIES = ("Form submitted", "Webinar attended", "Email opened", "Brochure downloaded", "Called us", "Chat")

# Ticket type -> subjects and what resolved them.
TICKETS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "problem": (
        ("{product} loses its connection", "{product} shows implausible values", "{product} does not start",
         "Alarm of {product} never clears"),
        ("Firmware updated.", "Cable replaced.", "Replacement sent.", "Settings corrected with the customer."),
    ),
    "question": (
        ("How do we export readings of {product}?", "Range of {product} at low temperature",
         "Is {product} certified for wet rooms?"),
        ("Answered with the data sheet.", "Explained by telephone."),
    ),
    "billing": (
        ("Invoice for {product} has the old address", "Charged twice for {product}"),
        ("Invoice corrected.", "Credit note sent."),
    ),
    "refund": (("Return of {product}",), ("Refund paid.", "Exchanged for another model.")),
    "cancellation": (("Cancel our plan for {product}",), ("Cancelled at the end of the term.",)),
}  # fmt: skip
TICKET_TEXTS = (
    "Hello, since yesterday we see this on two of our lines. Can somebody call me back?",
    "It worked until the last update. Serial numbers are attached to the delivery note.",
    "This is the second time this quarter, please look into it.",
    "No hurry, but we would like to know before the next audit.",
    "hi, pls help asap!! production is waiting",
)

# Activity type -> (channel, subjects, minutes).
ACTIVITIES: dict[str, tuple[str, tuple[str, ...], int]] = {
    "CALL": ("phone", ("Discovery call", "Follow-up call", "Voicemail left", "Price discussion"), 20),
    "EMAIL": ("email", ("Offer sent", "Re: technical questions", "Thank you for the visit", "Contract draft"), 0),
    "MEETING": ("in person", ("Plant tour", "Quarterly review", "Requirements workshop"), 90),
    "NOTE": ("", ("Budget is decided in the spring", "New plant planned", "Prefers to be called before ten"), 0),
    "CHAT": ("web", ("Asked about delivery times", "Asked for a certificate"), 8),
}

UNPLANNED = ("Voicemail left",)

# Campaign -> (channel, days before today it began, members, share who respond, cost in USD, what members can do).
# One without members is still to come.
CAMPAIGNS: dict[str, tuple[str, int, int, float, int, tuple[str, str]]] = {
    "Hannover fair": ("OFFLINE", 510, 100, 0.34, 38_000, ("invited", "attended")),
    "Calibration webinar": ("OFFLINE", 330, 120, 0.27, 4_500, ("registered", "attended")),
    "Analyser launch": ("EMAIL", 210, 150, 0.16, 12_000, ("sent", "clicked")),
    "Water utilities road show": ("OFFLINE", 140, 70, 0.41, 21_000, ("invited", "attended")),
    "Monitoring upgrade": ("EMAIL", 60, 140, 0.13, 3_200, ("sent", "clicked")),
    "Monthly newsletter": ("EMAIL", 14, 160, 0.08, 900, ("sent", "opened")),
    "Next newsletter": ("EMAIL", -14, 0, 0, 900, ("sent", "opened")),
}

CAMPAIGN_SOURCES = ("Trade show", "Webinar", "Email campaign")  # of deals that go back to a campaign

# Name -> filter over contacts.
SEGMENTS = {
    "Demo: plant managers": 'title = "Plant Manager"',
    "Demo: customers in Germany": 'country = "DE" AND opportunities_won >= 1',
    "Demo: energy and water": 'account.industry = "energy" OR account.industry = "water"',
    "Demo: open tickets": "open_tickets >= 1",
}

# Name -> (subject, text).

TASKS = ("Call back about the offer", "Prepare the site visit", "Send the data sheet", "Ask for the decision date")

NEWSLETTER = "Demo: newsletter"
"""The template, of samples.yaml, of the campaign that is ready to be launched."""

# What is proposed about the best known customer: fields of the account, and why. The first is declined.
PROPOSALS = (
    ({"employees": 12_000}, "Their imprint says so."),
    ({"employees": 1_450, "website": "https://www.customers.example"}, "From the annual report, page 7."),
)
RELATIONSHIPS = (
    ("SUPPLIER", "Calibration gases, by a frame contract"),
    ("CUSTOMER", ""),
    ("PARTNER", "Joint stand at the spring fair"),
    ("COMPETITOR", ""),
    ("RESELLER", "Northern Europe only"),
    ("INVESTOR", "Holds a minority since 2021"),
    ("ADVISED_BY", ""),
    ("REFERRED_BY", ""),
)
"""What one account is to another one, and what is noted of it."""
