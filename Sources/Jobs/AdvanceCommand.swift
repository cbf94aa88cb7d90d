internal import Arguments
internal import Configuration
internal import Film
internal import FoundationEssentials
internal import Games
internal import Generation
internal import Logging
internal import Platform
internal import Postgres
internal import Realtime

/// Closes rounds within the second in which they end, and publishes the counts of the open one meanwhile.
enum AdvanceCommand {
    static let command = Command(
        "advance", "close rounds that are over and open the next ones",
        details: """
            Closes every round that is over and opens the next one, once, even when several processes run at the same \
            time. With --for it also publishes what clips have and what the queue does, once a second where it has changed, \
            and adds votes to the boards and to what members have earned.
            """,
        Advance.self
    ) { arguments in
        try JobsProcess.run("advance", config: arguments.config) { try run(for: arguments.budget, in: $0) }
    }

    struct Advance: JobsParameters {
        let budget = Option.budget("run for TIME, such as 55s, and close each round as it ends; otherwise check once")
        let config = Option.config
    }

    /// The longest time between two looks. Each look also notes in the database that the site is up.
    private static let longestWait: Duration = .seconds(5)

    private static func run(for budget: Duration?, in process: JobsProcess) throws -> Int32 {
        let rounds = Rounds(database: process.database)
        do {
            try AdvanceRuns(process.database).note()
        } catch {
            process.log.warning("this machine cannot be noted", ["error": .string(String(reflecting: error))])
        }
        guard let budget else {
            report(try rounds.advance(), process.log)
            return ExitCode.success
        }
        let end = ContinuousClock.now + budget
        // A new season or a round that is closed by hand changes the next due time.
        let listener = Listener(
            process.database.options, channels: ["dailies"], onNotification: { _ in process.wake() },
            onLoss: { process.wake() })
        listener.start()
        defer { listener.stop() }
        let counts = try BackgroundThread(named: "counts") { publishCounts(until: end, in: process) }
        defer { counts.join() }
        let jobs = try BackgroundThread(named: "jobs") { publishJobs(until: end, in: process) }
        defer { jobs.join() }
        let ranks = try BackgroundThread(named: "ranks") { foldRanks(until: end, in: process) }
        defer { ranks.join() }
        ServiceManager.ready()
        while !process.isStopped && ContinuousClock.now < end {
            var wait = longestWait
            do {
                report(try rounds.advance(), process.log.of(.rounds))
                if let due = try rounds.untilNextDue() { wait = min(wait, due) }
            } catch {
                process.log.of(.rounds).error(
                    "rounds cannot be advanced", ["error": .string(String(reflecting: error))])
                wait = .seconds(1)
            }
            ServiceManager.watchdog()
            process.wait(until: min(end, .now + wait))
        }
        return ExitCode.success
    }

    /// The time between two messages. A reading takes a few milliseconds; with very many clips, a twentieth of the time.
    private static let countsInterval: Duration = .seconds(1)

    private static func publishCounts(until end: ContinuousClock.Instant, in process: JobsProcess) {
        var counts = ClipCounts(
            database: process.database, publish: Realtime.publisher(socket: process.settings.realtime.publishSocket))
        publish(until: end, in: process, failing: "counts cannot be published") { _ = try counts.step() }
        // Without this the next process waits until the lease has ended.
        try? counts.release()
    }

    /// What admins see of the queue. Reading it takes longer the more jobs wait, and never more than a twentieth of the time.
    private static func publishJobs(until end: ContinuousClock.Instant, in process: JobsProcess) {
        var feed = JobFeed(
            database: process.database, publish: Realtime.publisher(socket: process.settings.realtime.publishSocket))
        publish(until: end, in: process, failing: "jobs cannot be published") { _ = try feed.step() }
    }

    private static func publish(
        until end: ContinuousClock.Instant, in process: JobsProcess, failing message: StaticString,
        step: () throws -> Void
    ) {
        var hasFailed = false
        while !process.isStopped && ContinuousClock.now < end {
            let begin = ContinuousClock.now
            do {
                try step()
                hasFailed = false
            } catch {
                // Once is enough for the log: nginx may be away for long.
                if !hasFailed {
                    process.log.warning(message, ["error": .string(String(reflecting: error))])
                }
                hasFailed = true
            }
            let pause = max(countsInterval, (ContinuousClock.now - begin) * 20)
            process.rest(until: min(end, begin + pause))
        }
    }

    /// The time between two folds of the boards. A fold that takes long is followed by a pause of twenty times that, so that
    /// counting votes for the boards never takes more than a twentieth of a processor from counting them.
    private static let foldInterval: Duration = .seconds(3)

    private static func foldRanks(until end: ContinuousClock.Instant, in process: JobsProcess) {
        let fold = RankFold(database: process.database)
        let badges = BadgeAwards(database: process.database)
        while !process.isStopped && ContinuousClock.now < end {
            let begin = ContinuousClock.now
            do {
                let isWanted = { !process.isStopped && ContinuousClock.now < end }
                try fold.run(while: isWanted)
                try badges.run(while: isWanted)
            } catch {
                process.log.error(
                    "votes cannot be added to the boards, or badges not be given",
                    ["error": .string(String(reflecting: error))])
            }
            let pause = max(foldInterval, (ContinuousClock.now - begin) * 20)
            process.rest(until: min(end, begin + pause))
        }
    }

    private static func report(_ events: [RoundEvent], _ log: Log) {
        for event in events { log.notice("a round moved on", ["event": .string(event.name)]) }
    }
}
