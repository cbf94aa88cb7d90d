/// What one process knows of a network's minute: what Postgres has counted, and what passed here since.
struct SettledWindow {
    private var all: SlidingMinute
    private var unsettled: SlidingMinute
    /// Whether it stands in the list of those that are to be settled: somebody asked since the last time, even in vain,
    /// and is to hear of what passed elsewhere.
    private(set) var isListed = false

    init(_ minute: Int32) {
        all = SlidingMinute(minute: minute)
        unsettled = all
    }

    /// Counts an action if there is room for it. Tells whether it is to be listed now, which is for whoever has taken more
    /// than `quiet` of the limit.
    mutating func take(_ allowed: Int, quiet: Int, at moment: RateMoment) -> (RateStanding, isNews: Bool) {
        move(to: moment.minute)
        // Whoever looked at the clock before the minute ended stands at the beginning of the next.
        let elapsed = moment.minute < all.minute ? 0 : moment.elapsed
        let isAllowed = all.room(of: allowed, elapsed: elapsed) > 0
        if isAllowed {
            all.count()
            unsettled.count()
        }
        let isNews = !isListed && (!isAllowed || Int(all.current) + Int(all.previous) > quiet)
        if isNews { isListed = true }
        return (
            RateStanding(
                isAllowed: isAllowed, allowed: allowed, remaining: all.room(of: allowed, elapsed: elapsed),
                wait: all.wait(of: allowed, elapsed: elapsed)),
            isNews
        )
    }

    /// Whether something passed that nobody has been told of, or is about to be.
    var isOwing: Bool { !isListed && !unsettled.isEmpty }

    /// It is to be settled the next time.
    mutating func list() { isListed = true }

    /// What is to be settled, as of a minute, and from now on no longer is.
    mutating func handOver(in minute: Int32) -> SlidingMinute? {
        move(to: minute)
        defer {
            unsettled = SlidingMinute(minute: unsettled.minute)
            isListed = false
        }
        return isListed ? unsettled : nil
    }

    /// Takes back what was handed over in vain.
    mutating func takeBack(_ counts: SlidingMinute) {
        var counts = counts
        counts.move(to: unsettled.minute)
        unsettled.add(counts)
        isListed = true
    }

    /// Takes over what Postgres has counted, all that was handed over included.
    mutating func adopt(_ counts: SlidingMinute) {
        var counts = counts
        unsettled.move(to: counts.minute)
        counts.move(to: unsettled.minute)
        counts.add(unsettled)
        all = counts
    }

    /// Whether nothing of it reaches into a minute.
    func isQuiet(in minute: Int32) -> Bool { abs(Int(minute) - Int(all.minute)) > 1 }

    /// Whether it has no room for more, even at the end of its minute.
    func isFull(_ allowed: Int) -> Bool { Int(all.current) >= allowed }

    private mutating func move(to minute: Int32) {
        all.move(to: minute)
        unsettled.move(to: minute)
    }
}
