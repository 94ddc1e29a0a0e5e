"""A device belongs to the person who enrolled it (E-6); to everybody else it does not exist."""

import uuid

from tests.journeys.firm import Firm, Key, Phone


class TestADeviceOfSomebodyElse:
    async def test_is_unknown_like_one_that_never_was(self, firm: Firm) -> None:
        theirs, thief = await firm.phone(0), await firm.login("tech1")
        job = await firm.assigned(await firm.login("desk"), 1)
        for device_id in (theirs.device_id, str(uuid.uuid4())):
            stolen = Phone(thief, device_id, Key())
            pushed = await stolen.push(stolen.operation("job.accept", job))
            pulled = await thief.get("/sync/pull", device_id=device_id)
            for answer in (pushed, pulled):
                assert (answer.status_code, answer.json()["code"]) == (404, "device_unknown")
