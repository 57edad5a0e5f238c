"""An account that belongs, as far as AWS knows, to a founder who has left."""

from rootwarden.lab.blueprint.people import Contacts, PrimaryContact
from tests.remedies.scene import Scene, alone

_FOUNDER = PrimaryContact(
    full_name="Ada Founder", address="1 Garage Lane", city="Lyon", country="FR", postal_code="69001",
    phone="+33155500100",
)  # fmt: skip

SCENE = Scene(
    world=alone(contacts=Contacts(primary=_FOUNDER)),
    settings={
        "full_name": "Alone Ltd", "address_line1": "2 Office Street", "city": "Lyon", "postal_code": "69002",
        "country_code": "FR", "phone_number": "+33155500199",
    },
)  # fmt: skip
