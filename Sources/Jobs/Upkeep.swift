internal import Comments
internal import Film
internal import Identity
internal import Limits
internal import Logging
internal import Notifications
internal import People
internal import Postgres
internal import Queue
internal import Webhooks

/// The recurring maintenance jobs: when each is due and what it does.
enum Upkeep {
    /// The queue of these jobs, which `maintain` drains.
    static let queue = "upkeep"

    static func register(in registry: inout JobRegistry) {
        registry.register(PruneJobs.self) { _, context in
            report("finished jobs removed", try Queue(context.database).prune(), context)
        }
        registry.recur("prune_jobs", .every(.seconds(60)), PruneJobs())

        registry.register(SweepRates.self) { _, context in
            report("quiet rates forgotten", try context.database.one("select sweep_rates()"), context)
        }
        registry.recur("sweep_rates", .every(.seconds(60)), SweepRates())

        registry.register(SweepNetworks.self) { _, context in
            report(
                "networks of closed rounds forgotten", try context.database.one("select sweep_vote_networks()"), context
            )
        }
        registry.recur("sweep_networks", .every(.seconds(3_600)), SweepNetworks())

        registry.register(SweepSessions.self) { _, context in
            let removed = try inBatches(context) { try Sessions.sweep(in: context.database) }
            let keys = try inBatches(context) { try APIKeys.sweep(in: context.database) }
            _ = try SignInLinks.sweepRequests(in: context.database)
            _ = try EmailIdentityLinks.sweep(in: context.database)
            return report("old sessions, links and keys removed", removed + keys, context)
        }
        registry.recur("sweep_sessions", .every(.seconds(3_600)), SweepSessions())

        registry.register(CountReferrals.self) { _, context in
            report("invited members counted", try Referrals.count(in: context.database), context)
        }
        registry.recur("count_referrals", .every(.seconds(600)), CountReferrals())

        registry.register(SweepVotes.self) { _, context in
            let old = try Retention.sweep(context.database)
            return report(
                "old views, device keys and day's totals forgotten",
                old.views + old.devices + old.voterDays + old.passes,
                context)
        }
        registry.recur("sweep_votes", .daily(hour: 4, minute: 10), SweepVotes())

        registry.register(SweepNotifications.self) { _, context in
            let removed = try inBatches(context) { try Notifications.sweep(in: context.database) }
            return report("old notifications removed", removed, context)
        }
        registry.recur("sweep_notifications", .daily(hour: 4, minute: 40), SweepNotifications())

        registry.register(SweepWebhooks.self) { _, context in
            let events = try inBatches(context) { try Webhooks.sweep(in: context.database) }
            let days = try KeyUsage.sweep(in: context.database)
            return report("old webhook events and days of keys removed", events + days, context)
        }
        registry.recur("sweep_webhooks", .every(.seconds(3_600)), SweepWebhooks())

        registry.register(SweepComments.self) { _, context in
            report(
                "deleted comments erased", try inBatches(context) { try Comments.sweep(in: context.database) }, context)
        }
        registry.recur("sweep_comments", .daily(hour: 4, minute: 20), SweepComments())

        registry.recur("sweep_uploads", .every(.seconds(3_600)), SweepUploads())
        registry.recur("make_thumbnails", .every(.seconds(3_600)), MakeThumbnails())
    }

    private static func report(_ what: StaticString, _ count: Int, _ context: JobContext) -> JobOutcome {
        if count > 0 { context.log.info(what, ["count": .int(count)]) }
        return .done()
    }

    /// Repeats a sweep until it finds nothing, so that no statement holds its locks for long.
    private static func inBatches(_ context: JobContext, _ sweep: () throws -> Int) throws -> Int {
        var total = 0
        while true {
            try context.checkPoint()
            let swept = try sweep()
            if swept == 0 { return total }
            total += swept
        }
    }
}

private let upkeep = JobOptions(queue: Upkeep.queue, priority: .low)

struct PruneJobs: JobPayload {
    static let kind = "prune_jobs"
    static let options = upkeep
}

struct SweepRates: JobPayload {
    static let kind = "sweep_rates"
    static let options = upkeep
}

struct SweepNetworks: JobPayload {
    static let kind = "sweep_networks"
    static let options = upkeep
}

struct SweepSessions: JobPayload {
    static let kind = "sweep_sessions"
    static let options = upkeep
}

struct SweepNotifications: JobPayload {
    static let kind = "sweep_notifications"
    static let options = upkeep
}

struct CountReferrals: JobPayload {
    static let kind = "count_referrals"
    static let options = upkeep
}

struct SweepWebhooks: JobPayload {
    static let kind = "sweep_webhooks"
    static let options = upkeep
}

struct SweepComments: JobPayload {
    static let kind = "sweep_comments"
    static let options = upkeep
}

struct SweepVotes: JobPayload {
    static let kind = "sweep_votes"
    static let options = JobOptions(queue: Upkeep.queue, priority: .low, timeout: .seconds(1_800), isLong: true)
}
