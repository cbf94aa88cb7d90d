import FoundationEssentials
import Testing

@testable import Backup

@Suite("OPS-06 what is said about backups")
struct BackupFactsTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func ago(_ hours: Double) -> Date { now.addingTimeInterval(-3_600 * hours) }

    @Test("a good backup and its trial count for 36 hours")
    func ages() {
        var facts = BackupRecords.Facts()
        #expect(!facts.isUsed && facts.complaint(now: now) == "there is no good backup")
        facts.lastFault = "the disk is full"
        #expect(facts.isUsed && facts.complaint(now: now) == "there is no good backup: the disk is full")
        facts.lastBackup = ago(35.9)
        #expect(facts.complaint(now: now) == nil)
        facts.lastBackup = ago(36)
        #expect(facts.complaint(now: now) == "the last good backup is 36 hours old")
        facts = .init(lastBackup: ago(1), lastVerified: ago(40))
        #expect(facts.complaint(now: now) == "the last good trial restore was 40 hours ago")
    }

    @Test("a tar header has the fields of POSIX, also for long names and files over 8 GiB")
    func header() throws {
        let bytes = try TarPlace.header("media/clips/a.mp4", 1_234)
        #expect(bytes.count == 512)
        #expect(String(decoding: bytes[124..<135], as: UTF8.self) == "00000002322")
        let sum = bytes.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        #expect(Int(String(decoding: bytes[148..<154], as: UTF8.self), radix: 8) == sum)
        let long = "backups/" + String(repeating: "a", count: 60) + "/" + String(repeating: "b", count: 60)
        let split = try TarPlace.header(long, 0)
        #expect(String(decoding: split[0..<60], as: UTF8.self) == String(repeating: "b", count: 60))
        #expect(String(decoding: split[345..<353], as: UTF8.self) == "backups/")
        let large = try TarPlace.header("a", 1 << 40)
        #expect(large[124] == 0x80 && Array(large[128..<136]) == [0, 0, 1, 0, 0, 0, 0, 0])
        #expect(throws: BackupFault.self) { try TarPlace.header(String(repeating: "c", count: 300), 0) }
    }
}
