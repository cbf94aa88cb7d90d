internal import FoundationEssentials
internal import Platform

/// A Postgres cluster of one test, which may therefore crash it.
public struct PrivateCluster: Sendable {
    /// The cluster as any other test uses it.
    public let cluster: TestCluster
    private var directory: String { cluster.socketDirectory }

    /// Makes a cluster, hands it to `body` and removes it.
    public static func run<R>(_ body: (PrivateCluster) throws -> R) throws -> R {
        let directory = "/tmp/dailies-cluster-\(UUID().uuidString.prefix(8))"
        let made = PrivateCluster(cluster: TestCluster(socketDirectory: directory))
        try made.command("start")
        defer { try? made.command("stop") }
        return try body(made)
    }

    /// Ends Postgres as a crash would.
    public func kill() throws { try command("kill") }

    /// Starts Postgres again; it recovers.
    public func resume() throws { try command("resume") }

    private func command(_ verb: String) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "scripts/test-postgres").path
        let output = try Subprocess.run(
            script, [verb, directory], environment: ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"],
            timeout: safetyLimit)
        guard output.status == .exited(0) else { throw TestFault("test-postgres \(verb): \(output.stderr)") }
    }
}
