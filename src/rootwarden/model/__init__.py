"""The nouns of the house: facts, sights, verdicts, findings, the snapshot, and the contracts that rules fulfil."""
