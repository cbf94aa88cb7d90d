internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Refusals

extension StoryRoutes {
    static func roundRoutes(_ stories: Stories, _ tallies: Tallies, _ identity: IdentityService) -> [Route] {
        [round(stories), export(tallies), receipt(tallies, identity)]
    }

    private static func round(_ stories: Stories) -> Route {
        .get(
            "/api/rounds/[season]/[slot]", access: .any, answers: [200: .roundResult],
            cache: .publicCache(seconds: 30, stale: 60), features: ["FILM-07", "FILM-13"],
            summary: "How a slot's round ended: every clip that competed, with its rank and counts."
        ) { context in
            let slot = try context.integer("slot")
            return try .json(try film { try stories.round(season: context.parameter("season"), slot: slot) })
        }
    }

    private static func export(_ tallies: Tallies) -> Route {
        .get(
            "/api/rounds/[season]/[slot]/export", access: .any, answers: [200: .roundExport],
            cache: .publicCache(seconds: 30, stale: 60), features: ["FILM-13"],
            summary:
                "A closed round's votes under pseudonyms, its result and its interventions, by which anybody can count."
        ) { context in
            let slot = try context.integer("slot")
            let records = try film {
                let records = try tallies.records(season: context.parameter("season"), slot: slot)
                if records.isEmpty { throw FilmError.refused(.exportNotFound) }
                return records
            }
            // The documents go out in the very bytes that their hashes were taken of.
            var bytes = Array("{\"documents\":[".utf8)
            for (index, record) in records.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += Array("{\"document\":".utf8)
                bytes += Array(record.document.utf8)
                bytes += Array(",\"hash\":\"\(record.hash)\"}".utf8)
            }
            bytes += Array("]}".utf8)
            return .json(
                bytes: bytes,
                headers: [
                    "Content-Disposition": "inline; filename=\"round-\(records[0].slot)-\(records[0].number).json\""
                ])
        }
    }

    private static func receipt(_ tallies: Tallies, _ identity: IdentityService) -> Route {
        .get(
            "/api/rounds/[season]/[slot]/receipt", access: .any, answers: [200: .receipts], features: ["FILM-13"],
            summary: "The caller's own votes in an exported round, with the pseudonym that they are listed under."
        ) { context in
            let slot = try context.integer("slot")
            let request = context.request
            let voter = identity.voterKeys.voter(
                DeviceTraits(address: request.clientAddress) { request.headers[$0] },
                cookie: request.cookies[identity.cookies.voter], member: context.caller.member?.id, at: context.now)
            // A member sees what the device cast before signing in, too.
            let receipts = try film {
                try tallies.receipts(
                    season: context.parameter("season"), slot: slot,
                    voterKeys: voter.key == voter.deviceKey ? [voter.key] : [voter.key, voter.deviceKey])
            }
            return try .json(["receipts": receipts])
        }
    }
}

extension Schema {
    fileprivate static let roundExport = Schema.object([
        .required(
            "documents",
            .array(
                .object([
                    .required("document", .map(.any), "What is hashed, written as RFC 8785 asks."),
                    .required("hash", .string(64...64), "Its SHA-256 in hexadecimal."),
                ])), "The round, and after it its corrections.")
    ]).named("RoundExport")

    fileprivate static let receipts = Schema.object([
        .required(
            "receipts",
            .array(
                .object([
                    .required("voter", .string(), "The pseudonym in the export."),
                    .required(
                        "votes",
                        .array(
                            .object([
                                .required("clipId", .uuid), .required("title", .string()),
                                .required("casts", .integer()), .required("weight", .integer()),
                                .required("voided", .boolean, "Whether it was taken out of the count."),
                                .required("castAt", .dateTime, "To the minute."),
                            ]))),
                ])), "Empty for who did not vote, or while the round is not exported.")
    ]).named("Receipts")
}
