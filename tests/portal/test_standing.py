"""What pages share: kept while it stands, and never longer than a few seconds."""

from server.portal.standing import MOST, SECONDS, Standing


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


class Reader:
    """Answers another number each time it is really asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self) -> int:
        self.asked += 1
        return self.asked


class TestStanding:
    async def test_is_read_once_while_nothing_changes(self) -> None:
        standing, read = Standing(Clock()), Reader()
        for _ in range(3):
            standing.as_of(7)
            assert await standing.get("firm", read) == 1

    async def test_another_generation_empties_it(self) -> None:
        standing, read = Standing(Clock()), Reader()
        for generation, found in ((7, 1), (8, 2), (8, 2), (7, 3)):
            standing.as_of(generation)
            assert await standing.get("firm", read) == found

    async def test_time_empties_it(self) -> None:
        clock, read = Clock(), Reader()
        standing = Standing(clock)
        standing.as_of(7)
        assert await standing.get("firm", read) == 1
        clock.at += SECONDS
        standing.as_of(7)
        assert await standing.get("firm", read) == 2

    async def test_what_was_read_while_it_changed_is_not_kept(self) -> None:
        standing, read = Standing(Clock()), Reader()
        standing.as_of(7)

        async def overtaken() -> int:
            standing.as_of(8)
            return await read()

        assert await standing.get("firm", overtaken) == 1
        assert await standing.get("firm", read) == 2

    async def test_is_bounded(self) -> None:
        standing, read = Standing(Clock()), Reader()
        standing.as_of(7)
        for number in range(MOST + 1):
            await standing.get(number, read)
        assert await standing.get(0, read) == MOST + 2
        assert await standing.get(MOST, read) == MOST + 1
