import Crypto
import Film
import FoundationEssentials
import HTTP
import Postgres
import Tally
import TestSupport
import Testing

@Suite("FILM-13 exports that were tampered with", .requiresPostgres)
struct TallyTamperTests {
    /// The documents of a season whose first round has been corrected.
    private func documents(_ stage: FilmStage) throws -> [(JSONValue, String)] {
        let season = try stage.filmOfThree()
        try stage.tallies.write()
        _ = try stage.oversight.void(
            season: season, slot: 1, choice: stage.voters([Ballot.device(1)]), reason: "Bought", by: stage.admin)
        try stage.tallies.write()
        return try stage.tallies.records(season: season.uuidString).map {
            (try JSONValue(parsing: Array($0.document.utf8)), $0.hash)
        }
    }

    private func faults(_ documents: [(JSONValue, String)], isWhole: Bool = true) -> Set<String> {
        do {
            let entries = try documents.map { try TallyFile.entry($0.0, hash: $0.1) }
            return Set(TallyCheck.report(on: entries, isWhole: isWhole).faults.map(\.code))
        } catch {
            return ["unreadable"]
        }
    }

    @Test("FILM-13 any value of any document that is changed is found by the hash beside it")
    func everyField() throws {
        try FilmStage.run { stage in
            let documents = try documents(stage)
            #expect(faults(documents) == [])
            var changed = 0
            for (index, (document, hash)) in documents.enumerated() {
                for other in Self.variations(of: document) {
                    var tampered = documents
                    tampered[index] = (other, hash)
                    let found = faults(tampered)
                    #expect(found.contains("hash") || found == ["unreadable"], "\(other)")
                    changed += 1
                }
            }
            #expect(changed > 200)
        }
    }

    @Test("FILM-13 a forger who makes the hashes anew is found by the count, the chain or the published hash")
    func forged() throws {
        try FilmStage.run { stage in
            let documents = try documents(stage)
            func forge(_ index: Int, _ change: (inout JSONValue) -> Void) -> Set<String> {
                var forged = documents
                change(&forged[index].0)
                forged[index].1 = TallyFile.hash(forged[index].0)
                return faults(forged)
            }
            // Each forgery is found in its document, and the next document no longer follows.
            #expect(forge(0) { $0.set("winner", .string("00000000-0000-4000-8000-000000000000")) }.contains("winner"))
            #expect(forge(0) { $0.set("winner", .string("x")) }.contains("chain"))
            #expect(forge(0) { $0.change("votes") { $0.removeLast() } }.contains("count"))
            #expect(forge(0) { $0.change("votes") { $0.append($0[0]) } }.isSuperset(of: ["count", "vote_twice"]))
            #expect(forge(0) { $0.change("results") { $0.removeLast() } }.contains("ranks"))
            #expect(forge(0) { $0.change("results") { $0[0].set("votes", 99) } }.contains("count"))
            #expect(forge(0) { $0.change("results") { $0[0].set("score", 99) } }.contains("count"))
            #expect(
                forge(0) {
                    $0.change("results") { results in
                        let first = results[0]["clip"] ?? 0
                        results[0].set("clip", results[1]["clip"] ?? 0)
                        results[1].set("clip", first)
                    }
                }.contains("rank"))
            #expect(
                forge(2) { $0.change("clips") { $0[0].set("uploadedAt", "2999-01-01T00:00:00.000000Z") } } == ["chain"])
            #expect(forge(0) { $0.change("votes") { $0[0].replace(4, 5) } }.contains("count"))
            #expect(forge(0) { $0.change("votes") { $0[0].replace(2, 77) } }.contains("vote_clip"))
            #expect(forge(0) { $0.change("votes") { $0[0].replace(0, "2999-01-01T00:00Z") } }.contains("vote_late"))
            #expect(forge(0) { $0.change("votes") { $0[0].replace(3, 0) } }.contains("vote_weight"))
            #expect(forge(0) { $0.change("clips") { $0.append($0[0]) } }.contains("clips"))
            #expect(forge(0) { $0.set("format", "dailies-tally-2") }.contains("format"))
            #expect(forge(1) { $0.set("previousHash", .string(String(repeating: "0", count: 64))) }.contains("chain"))
            #expect(forge(1) { $0.set("number", 1) }.contains("number"))
            #expect(forge(1) { $0.set("slot", 2) } == [])
            #expect(forge(3) { $0.set("corrects", "no") }.contains("corrects"))
            #expect(forge(3) { $0.change("recount") { $0[0].set("votes", 99) } }.contains("recount"))
            #expect(forge(3) { $0.change("changes") { $0[0].replace(1, "nobody") } }.contains("change"))
            #expect(forge(3) { $0.change("changes") { $0.removeAll() } }.contains("recount"))
            #expect(forge(3) { $0.set("winner", "x") }.contains("winner"))
        }
    }

    @Test("FILM-13 what is missing from a season is found")
    func missing() throws {
        try FilmStage.run { stage in
            let documents = try documents(stage)
            #expect(faults([documents[0], documents[2], documents[3]]).isSuperset(of: ["gap", "slot_missing"]))
            #expect(faults([documents[1], documents[2]]).contains("gap"))
            #expect(faults([]) == ["nothing"])
            #expect(faults([documents[3]], isWhole: false) == ["corrects"])
            // A file of one slot alone can be checked too, but not that it follows the one before.
            #expect(faults([documents[1]], isWhole: false) == [])
        }
    }

    /// The document with each of its values changed, one after the other, and with a member more.
    static func variations(of value: JSONValue) -> [JSONValue] {
        switch value {
        case .null: ["x"]
        case .bool(let value): [.bool(!value)]
        case .integer(let value): [.integer(value + 1)]
        case .number(let value): [.number(value + 1)]
        case .string(let text): [.string(text + "x")]
        case .array(let elements):
            [.array(elements + ["x"])]
                + elements.indices.flatMap { index in
                    variations(of: elements[index]).map { other in
                        var copy = elements
                        copy[index] = other
                        return .array(copy)
                    }
                }
        case .object(let members):
            [.object(members.merging(["more": 1]) { $1 })]
                + members.flatMap { name, member in
                    variations(of: member).map { .object(members.merging([name: $0]) { $1 }) }
                }
        }
    }
}

extension JSONValue {
    fileprivate mutating func set(_ name: String, _ value: JSONValue) {
        guard case .object(var members) = self else { return }
        members[name] = value
        self = .object(members)
    }

    fileprivate mutating func change(_ name: String, _ body: (inout [JSONValue]) -> Void) {
        guard case .object(var members) = self, case .array(var elements)? = members[name] else { return }
        body(&elements)
        members[name] = .array(elements)
        self = .object(members)
    }

    fileprivate mutating func replace(_ index: Int, _ value: JSONValue) {
        guard case .array(var elements) = self else { return }
        elements[index] = value
        self = .array(elements)
    }
}
