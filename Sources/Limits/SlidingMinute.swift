/// A time as the windows of the limits see it.
struct RateMoment {
    /// Minutes since 1970.
    let minute: Int32
    /// How much of the minute is over, below one.
    let elapsed: Double

    /// A time in seconds since 1970.
    init(seconds: Double) {
        let minutes = (seconds / 60).rounded(.down)
        minute = Int32(clamping: Int(minutes))
        elapsed = min(max(0, seconds / 60 - minutes), 1)
    }
}

/// The number of actions in a minute and in the one before it, of which the sliding minute covers a part.
///
/// The rules are those of `rate_grant` and `rate_wait` in migrations/functions/limits/rates.sql, to the last digit: two counters
/// of one limit must not disagree.
struct SlidingMinute: Equatable {
    private(set) var minute: Int32
    private(set) var current: Int32
    private(set) var previous: Int32

    init(minute: Int32, current: Int32 = 0, previous: Int32 = 0) {
        self.minute = minute
        self.current = current
        self.previous = previous
    }

    var isEmpty: Bool { current == 0 && previous == 0 }

    /// Moves to a minute. One minute back is normal for a caller that read the clock a moment before another one. Farther
    /// back means that the clock was set, and the counts mean nothing.
    mutating func move(to minute: Int32) {
        switch Int(minute) - Int(self.minute) {
        case -1, 0: break
        case 1: self = SlidingMinute(minute: minute, previous: current)
        default: self = SlidingMinute(minute: minute)
        }
    }

    mutating func count() { current += 1 }

    mutating func add(_ other: SlidingMinute) {
        current += other.current
        previous += other.previous
    }

    /// How many more actions pass at a moment of this minute.
    func room(of allowed: Int, elapsed: Double) -> Int {
        max(0, Int((Double(allowed) - Double(previous) * (1 - elapsed) - Double(current)).rounded(.down)))
    }

    /// Seconds until one more action passes when nothing else happens.
    func wait(of allowed: Int, elapsed: Double) -> Int {
        let share: Double
        if Int(current) >= allowed {
            share = 2 - elapsed - Double(allowed - 1) / Double(current)
        } else if previous > 0 {
            share = 1 - elapsed - Double(allowed - 1 - Int(current)) / Double(previous)
        } else {
            return 1
        }
        return max(1, Int((60 * share).rounded(.up)))
    }
}
