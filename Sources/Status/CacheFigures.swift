internal import CLinux
internal import Glibc
public import Metrics
public import Platform
internal import Synchronization

/// What nginx's cache did, as nginx reports it: it sends the status of each request that its cache could have answered to a
/// socket, as lines of syslog. No other part of nginx counts them.
public final class CacheFigures: Sendable {
    /// nginx's own words. Others are not counted, so that their number stays bounded.
    private static let known = ["HIT", "MISS", "BYPASS", "EXPIRED", "STALE", "UPDATING", "REVALIDATED"]

    private let path: String
    private let socket: Int32
    private let isStopping = Atomic<Bool>(false)
    private let counters = CacheFigures.known.map { _ in Counter() }

    /// Listens at `path` for nginx, whose account is in our group.
    public init(path: String) throws(SystemError) {
        self.path = path
        socket = try UnixSocket.receiveDatagrams(at: path, mode: 0o660)
    }

    deinit { close(socket) }

    /// Begins to count.
    public func start() throws(SystemError) {
        _ = try BackgroundThread(named: "cache-figures") { [self] in
            var buffer = [UInt8](repeating: 0, count: 1_024)
            while !isStopping.load(ordering: .relaxed) {
                var wanted = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
                guard poll(&wanted, 1, 1_000) > 0 else { continue }
                let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if count > 0 { note(buffer.prefix(count)) }
            }
        }
    }

    /// Counts no more.
    public func stop() {
        isStopping.store(true, ordering: .relaxed)
        unlink(path)
    }

    /// `<190>Nov 30 17:45:00 dailies: HIT`
    private func note(_ message: ArraySlice<UInt8>) {
        let word = String(decoding: message, as: UTF8.self).split(whereSeparator: \.isWhitespace).last
        if let index = Self.known.firstIndex(where: { $0 == word ?? "" }) { counters[index].add() }
    }

    /// Writes them.
    public func write(to page: inout Exposition) {
        for (word, counter) in zip(Self.known, counters) {
            page.add(
                "dailies_cache_requests_total", .counter,
                "Requests that nginx's cache could have answered, by what it did.",
                counter.value, ["status": word.lowercased()])
        }
    }
}
