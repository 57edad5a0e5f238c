"""Seeds whom AWS writes to, which Regions are on, and the wall around the account's buckets."""

from __future__ import annotations

from rootwarden.lab.blueprint import Account, PrimaryContact, World
from rootwarden.lab.seeding.hands import Hands


def seed_contacts(hands: Hands, world: World, account: Account) -> None:
    """Set contacts, name, opt-in Regions and the account's public access block; runs in the account."""
    api, contacts = hands("account"), account.contacts
    if world.organization is None:
        api.put_account_name(AccountName=account.name)
    named = {"SECURITY": contacts.security, "BILLING": contacts.billing, "OPERATIONS": contacts.operations}
    for kind, contact in named.items():
        if contact is not None:
            api.put_alternate_contact(
                AlternateContactType=kind,
                Name=contact.name,
                Title=contact.title,
                EmailAddress=contact.email,
                PhoneNumber=contact.phone,
            )
    if contacts.primary is not None:
        api.put_contact_information(ContactInformation=_address(contacts.primary))
    for region in account.opted_in_regions:
        api.enable_region(RegionName=region)
    if account.block_public_access:
        block = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        hands("s3control", world.region).put_public_access_block(
            AccountId=account.id, PublicAccessBlockConfiguration=dict.fromkeys(block, True)
        )


def _address(contact: PrimaryContact) -> dict[str, str]:
    address = {
        "FullName": contact.full_name,
        "CompanyName": contact.company,
        "AddressLine1": contact.address,
        "City": contact.city,
        "StateOrRegion": contact.state,
        "PostalCode": contact.postal_code,
        "CountryCode": contact.country,
        "PhoneNumber": contact.phone,
    }
    return {name: value for name, value in address.items() if value}
