internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Refusals
internal import SharedHandlers

extension StoryRoutes {
    static func roundRoutes(_ stories: Stories, _ tallies: Tallies, _ identity: IdentityService) -> [Route] {
        [round(stories), export(tallies), receipt(tallies, identity)]
    }

    private static func round(_ stories: Stories) -> Route {
        .get(
            "/api/rounds/[season]/[slot]", access: .any,
            cache: .publicCache(seconds: 30, stale: 60), features: ["FILM-07", "FILM-13"],
            summary: "How a slot's round ended: every clip that competed, with its rank and counts."
        ) { context in
            let slot = try context.integer("slot")
            return try stories.round(season: context.parameter("season"), slot: slot)
        }
    }

    private static func export(_ tallies: Tallies) -> Route {
        .get(
            "/api/rounds/[season]/[slot]/export", access: .any, answers: [200: TallyRecord.exportSchema],
            cache: .publicCache(seconds: 30, stale: 60), features: ["FILM-13"],
            summary:
                "A closed round's votes under pseudonyms, its result and its interventions, by which anybody can count."
        ) { context in
            let slot = try context.integer("slot")
            let records = try tallies.records(season: context.parameter("season"), slot: slot)
            if records.isEmpty { throw FilmError.refused(.exportNotFound) }
            // The documents go out in the very bytes that their hashes were taken of.
            var bytes = Array("{\"documents\":[".utf8)
            for (index, record) in records.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += Array("{\"document\":".utf8)
                bytes += Array(record.document.utf8)
                bytes += Array(",\"hash\":\"\(record.hash)\"}".utf8)
            }
            bytes += Array("]}".utf8)
            return Response.json(
                bytes: bytes,
                headers: [
                    "Content-Disposition": "inline; filename=\"round-\(records[0].slot)-\(records[0].number).json\""
                ])
        }
    }

    private static func receipt(_ tallies: Tallies, _ identity: IdentityService) -> Route {
        .get(
            "/api/rounds/[season]/[slot]/receipt", access: .any, features: ["FILM-13"],
            summary: "The caller's own votes in an exported round, with the pseudonym that they are listed under."
        ) { context in
            let slot = try context.integer("slot")
            let voter = context.voter(identity)
            // A member sees what the device cast before signing in, too.
            return Receipts(
                receipts: try tallies.receipts(
                    season: context.parameter("season"), slot: slot,
                    voterKeys: voter.key == voter.deviceKey ? [voter.key] : [voter.key, voter.deviceKey]))
        }
    }
}
