"""Plausible people for generated records, with addresses reserved for examples."""

from msgspec import Struct

from mockserver.state.ids import choose, permute

FIRST_NAMES = tuple(
    """Ada Adam Aisha Alma Amara Andre Anika Arjun Aurora Bao Beatriz Ben Bianca Bruno Camila Carlos Chen Chloe Clara Daniel
    Daria Diego Elena Elias Emeka Emma Eva Farid Fatima Felix Freya Gabriel Grace Hana Hassan Helena Hugo Ines Ingrid Isaac
    Ivan Jamal Jana Joao Jonas Julia Kai Kamal Karin Kenji Laila Lars Leah Leo Lina Luca Lucia Magnus Maja Malik Marco Maria
    Marta Mateo Maya Mei Mila Mohammed Nadia Naomi Nia Nina Noah Nora Olga Oliver Omar Oscar Petra Priya Rafael Rania Ravi
    Rosa Ruth Samir Sara Sasha Sofia Stefan Sven Tariq Tessa Theo Tomas Uma Vera Victor Wanda Yara Yusuf Zoe""".split()
)
LAST_NAMES = tuple(
    """Abbas Adeyemi Ahmed Almeida Andersen Arslan Baker Banerjee Bauer Becker Bennett Berg Bianchi Brooks Campbell Carvalho
    Castro Chan Chopra Costa Cruz Dahl Dias Diaz Dubois Eriksson Evans Ferrari Fischer Flores Fontaine Garcia Gomez Gonzalez
    Gupta Haddad Hansen Hassan Hayes Hernandez Hoffmann Hughes Ibrahim Ito Ivanova Jansen Jensen Johnson Kaplan Kaur Keller
    Khan Kim Klein Kowalski Kumar Larsen Laurent Lee Lewis Li Lindberg Lopez Martin Mbeki Meyer Mishra Moreau Morgan Mueller
    Nakamura Nguyen Novak Okafor Oliveira Olsen Ortiz Osman Park Patel Pereira Peters Petrov Popescu Ramirez Reyes Ricci
    Rivera Romano Rossi Santos Sato Schmidt Silva Singh Sousa Suzuki Tanaka Torres Tran Vargas Wagner Walker Weber Wilson
    Wong Yamamoto Yilmaz Zhang""".split()
)
DOMAINS = ("example.com", "example.org", "example.net")


class Person(Struct, frozen=True):
    """A made-up person."""

    name: str
    email: str
    phone: str


def person(number: int, *, seed: int, kind: str) -> Person:
    """Return the person with this number; names repeat only after all combinations."""
    combinations = len(FIRST_NAMES) * len(LAST_NAMES)
    repeat, rest = divmod(number, combinations)
    first, last = divmod(permute(rest, combinations, seed=seed, kind=f"{kind}/name"), len(LAST_NAMES))
    name = f"{FIRST_NAMES[first]} {LAST_NAMES[last]}"
    domain = DOMAINS[choose(len(DOMAINS), seed=seed, kind=f"{kind}/domain", ordinal=number)]
    mailbox = name.lower().replace(" ", ".") + (str(repeat + 1) if repeat else "")
    digits = choose(10_000_000, seed=seed, kind=f"{kind}/phone", ordinal=number)
    return Person(name, f"{mailbox}@{domain}", f"+1 555 {digits // 10_000:03} {digits % 10_000:04}")
