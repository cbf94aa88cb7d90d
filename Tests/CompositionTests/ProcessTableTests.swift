import FoundationEssentials
import TestSupport
import Testing

@testable import Composition

@Suite("Processes and their handler groups")
struct ProcessTableTests {
    private func fault(_ text: String) -> String? {
        do {
            _ = try ProcessTable(text, known: ["votes", "pages"])
            return nil
        } catch {
            return error.description
        }
    }

    @Test("a table names each process with its groups; comments and blank lines are left out")
    func reads() throws {
        let table = try ProcessTable(
            "# a comment\n\nfast 96 32 none votes\nslow\t24  4 outgoing pages # the rest\n", known: ["votes", "pages"])
        #expect(table.processes.map(\.name) == ["fast", "slow"])
        #expect(table.processes.map(\.threads) == [96, 24])
        #expect(table.processes.map(\.keptConnections) == [32, 4])
        #expect(table.processes.map(\.hasNetwork) == [false, true])
        #expect(table.processes.map(\.groups) == [["votes"], ["pages"]])
        #expect(table.processes[1].environment == "GROUPS=pages\nHOST_THREADS=24\n")
        #expect(table.process(serving: "pages")?.name == "slow")
    }

    @Test("each group is served by exactly one process")
    func groups() {
        #expect(fault("a 1 1 none votes pages") == nil)
        #expect(fault("a 1 1 none votes") == "No process serves the handler group pages.")
        #expect(fault("a 1 1 none votes pages\nb 1 1 none votes") == "The handler group votes is listed twice.")
        let unknown = "There is no handler group clips; the groups are votes, pages."
        #expect(fault("a 1 1 none votes pages clips") == unknown)
        #expect(fault("a 1 1 none votes\na 1 1 none pages") == "The process a is listed twice.")
    }

    @Test(
        "a line that cannot be read is named",
        arguments: [
            "a 1 1 none", "A 1 1 none votes pages", "a/b 1 1 none votes pages", "a 0 1 none votes pages",
            "a 1 x none votes pages", "a 1 1 some votes pages",
        ])
    func lines(_ line: String) {
        #expect(fault("# first\n" + line)?.hasPrefix("Line 2") == true)
    }
}
