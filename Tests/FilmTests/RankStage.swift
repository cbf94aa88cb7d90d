import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Film

extension FilmStage {
    var ranks: Ranks { Ranks(database: web) { "/media/" + $0 } }
    var fold: RankFold { RankFold(database: jobs) }

    /// The board as `title or name: rank votes previous`, all of it, read in pages of two.
    func board(_ board: RankBoard, _ period: RankPeriod = .day) throws -> [String] {
        var lines: [String] = []
        var cursor: String?
        repeat {
            let request = PageRequest(limit: 2, cursor: cursor)
            let next: String?
            if board == .clips {
                let page = try ranks.clips(period, page: request).page
                lines += page.items.map { "\($0.clip.title): \($0.place.words)" }
                next = page.nextCursor
            } else {
                let page = try ranks.members(board, period, page: request).page
                lines += page.items.map { "\($0.username ?? "?"): \($0.place.words)" }
                next = page.nextCursor
            }
            cursor = next
        } while cursor != nil
        return lines
    }

    /// The same, counted by this test from the votes, in the order of the board.
    func recount(_ board: RankBoard, _ period: RankPeriod) throws -> [String] {
        let rows: [Row] = try superuser.query(
            """
            select votes.casts, today.day - (votes.created_at at time zone 'utc')::date as age,
                clips.id as clip, clips.title, clips.status, makers.id as maker, makers.username as maker_name,
                makers.banned_at is null as maker_ok, makers.left_at is null as maker_here,
                voters.id as voter, voters.username as voter_name, voters.banned_at is null as voter_ok,
                seasons.show_counts <> 'always' and slots.status <> 'locked' as hidden
            from votes
            cross join (select (dailies_now() at time zone 'utc')::date as day) today
            join tournament_clips clips on clips.id = votes.clip_id
            join users makers on makers.id = clips.user_id
            join seasons on seasons.id = votes.season_id
            join story_slots slots on slots.season_id = votes.season_id and slots.position = votes.slot_position
            left join users voters on voters.id = votes.user_id and voters.left_at is null
            where votes.voided_at is null
            """)
        var now: [UUID: Int] = [:]
        var before: [UUID: Int] = [:]
        var names: [UUID: String] = [:]
        for row in rows {
            let subject: UUID
            if board == .voters {
                guard let voter: UUID = try row.value("voter"), try row.value("voter_ok") else { continue }
                subject = voter
                names[voter] = try row.value("voter_name") as String? ?? "?"
            } else {
                guard try !row.value("hidden"), try row.value("maker_ok") else { continue }
                let status: ClipStatus = try row.value("status")
                let isHere: Bool = try row.value("maker_here")
                if board == .clips {
                    guard status == .locked || isHere && (status == .active || status == .eliminated) else { continue }
                    subject = try row.value("clip")
                    names[subject] = try row.value("title")
                } else {
                    guard isHere else { continue }
                    subject = try row.value("maker")
                    names[subject] = try row.value("maker_name") as String? ?? "?"
                }
            }
            let age: Int = try row.value("age")
            let casts: Int = try row.value("casts")
            let length = period == .day ? 1 : period == .week ? 7 : Int.max
            if age < length {
                now[subject, default: 0] += casts
            } else if period != .all, age < 2 * length {
                before[subject, default: 0] += casts
            }
        }
        func rank(_ subject: UUID, _ votes: [UUID: Int]) -> Int? {
            votes[subject].map { mine in 1 + votes.values.filter { $0 > mine }.count }
        }
        return now.sorted { left, right in
            left.value != right.value ? left.value > right.value : left.key.uuidString > right.key.uuidString
        }.map { subject, votes in
            let previous = period == .all ? nil : rank(subject, before)
            let place = RankPlace(
                rank: rank(subject, now) ?? 0, votes: votes, previousRank: previous, isCompared: period != .all)
            return "\(names[subject] ?? ""): \(place.words)"
        }
    }

    /// Folds what is logged, and expects that every board is what the votes say, by this test's count and by the operator's.
    func expectExactRanks(_ note: String = "", _ location: SourceLocation = #_sourceLocation) throws {
        try fold.run()
        for board in RankBoard.allCases {
            for period in RankPeriod.allCases {
                let found = try self.board(board, period)
                let expected = try recount(board, period)
                #expect(found == expected, "\(board) \(period) \(note)", sourceLocation: location)
            }
        }
        let drift = try RankDrift.find(in: jobs)
        #expect(drift == [], "\(note)", sourceLocation: location)
    }
}

extension RankPlace {
    /// `1 with 12, up from 3`
    var words: String {
        let from = previousRank.map { " from \($0)" } ?? ""
        return "\(rank) with \(votes)" + (trend.map { ", \($0.rawValue)\(from)" } ?? "")
    }
}
