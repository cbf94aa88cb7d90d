import Synchronization
import Testing

@testable import Disk

@Suite("OPS-09 the reserve of the disk")
struct DiskGuardTests {
    @Test("what is wanted must leave the reserve on every disk that is there")
    func reserve() {
        let room = DiskGuard(paths: ["/media", "/gone", "/postgres"], reserve: 100) { path in
            ["/media": 1_000, "/postgres": 150][path]
        }
        #expect(room.shortage() == nil)
        #expect(room.shortage(for: 50) == nil)
        #expect(room.shortage(for: 51) == .init(path: "/postgres", free: 150))
        #expect(room.shortage(for: 901)?.path == "/media")
    }

    @Test("it asks each time, so it lets go by itself")
    func recovery() {
        let free = Atomic(10)
        let room = DiskGuard(paths: ["/media"], reserve: 100) { _ in free.load(ordering: .relaxed) }
        #expect(room.shortage() != nil)
        free.store(100, ordering: .relaxed)
        #expect(room.shortage() == nil)
    }

    @Test(
        "days until the reserve, by the line through the known days",
        arguments: [
            ([], 1_000, nil), ([(1, 100)], 1_000, nil), ([(1, 100), (2, 100)], 1_000, nil),
            ([(1, 200), (2, 100)], 1_000, nil), ([(1, 100), (2, 200)], 1_000, 10), ([(1, 100), (11, 200)], 1_000, 100),
            ([(1, 100), (2, 200), (3, 300), (4, 400)], 50, 0), ([(1, 100), (2, 200)], 0, 0),
            ([(1, 100), (2, 101)], 1 << 40, nil),
        ] as [([(Int, Int)], Int, Int?)])
    func forecast(days: [(Int, Int)], room: Int, expected: Int?) {
        let known = days.map { DiskUsage.Day(number: $0.0, bytes: $0.1) }
        #expect(DiskForecast.days(known, room: room) == expected)
    }
}

@Suite("OPS-09 objects that rows name")
struct NamedMediaTests {
    private let owner = "5f0c7f5e-0d7f-4a86-9c2b-0a6d6a1f2b3c"

    @Test("a name, its copies and all files of a film's version are named; other files beside them are not")
    func names() {
        let poster = "clips/\(owner)/0123456789abcdef0123456789abcdef.webp"
        let named = NamedMedia(keys: [poster], films: ["\(owner)/20261130-"])
        for name in [
            poster, "clips/\(owner)/0123456789abcdef0123456789abcdef-96.webp",
            "clips/\(owner)/0123456789abcdef0123456789abcdef-240.webp",
            "clips/\(owner)/0123456789abcdef0123456789abcdef-share.jpg", "films/\(owner)/20261130-film.mp4",
            "films/\(owner)/20261130-360-0001.m4s",
        ] {
            #expect(named.contains(name), "\(name)")
        }
        for name in [
            "clips/\(owner)/ffffffffffffffffffffffffffffffff.webp", "films/\(owner)/20261129-film.mp4",
            "originals/\(owner)/0123456789abcdef0123456789abcdef.webp", "films/\(owner)/film", "x",
        ] {
            #expect(!named.contains(name), "\(name)")
        }
    }
}
