import FoundationEssentials
import TestSupport
import Testing

@testable import Composition
@testable import HTTP

/// A switch that nothing reads looks as if it worked.
@Suite("The use of feature flags")
struct FlagUseTests {
    private func files(under directory: String, named suffix: String) throws -> String {
        let root = "\(Repository.root)/\(directory)"
        return try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(suffix) }
            .map { try String(contentsOfFile: "\(root)/\($0)", encoding: .utf8) }.joined()
    }

    /// The keys and categories that migrations insert.
    private func flags() throws -> [(key: String, category: String)] {
        let migrations = try FileManager.default.contentsOfDirectory(atPath: "\(Repository.root)/migrations")
            .filter { $0.hasSuffix(".sql") }
        return try migrations.flatMap { name -> [(String, String)] in
            let text = try String(contentsOfFile: "\(Repository.root)/migrations/\(name)", encoding: .utf8)
            let insertions = text.matches(of: /insert into feature_flags[^;]*;/)
            return insertions.flatMap { insertion in
                insertion.output.matches(of: /\('([a-z_]+)', '[^']*', '[^']*', '([a-z]+)',/).map {
                    (String($0.1), String($0.2))
                }
            }
        }
    }

    @Test("FLAG-01 a route or a function of the database is behind every flag, or a page where it is about looks")
    func use() throws {
        let (routes, functions) = (
            try RouteMap.declaredRoutes(), try files(under: "migrations/functions", named: ".sql")
        )
        let behind = Set(routes.compactMap(\.flag))
        let (sources, scripts) = (
            try files(under: "Sources", named: ".swift"), try files(under: "web/js", named: ".js")
        )
        let known = try flags()
        #expect(known.count == 12)
        for (key, category) in known {
            let isUsed =
                category == "interface"
                ? scripts.contains("isOn(\"\(key)\"")
                : behind.contains(key) || functions.contains("key = '\(key)'")
                    // It decides what a member may choose, so no route is behind it as a whole.
                    || key == "premium_models" && sources.contains("isEnabled(\"premium_models\"")
            #expect(isUsed, "nothing reads \(key)")
        }
        #expect(behind.isSubset(of: Set(known.map(\.key))))
    }

    @Test("FLAG-01 GEN-01 every route that starts a run is behind the flag of generation")
    func generation() throws {
        let behind = try RouteMap.declaredRoutes().filter { $0.flag == "generation_enabled" }.map(\.pattern)
        #expect(
            Set(behind) == [
                "/api/jobs", "/api/runpod", "/api/videos/[id]/retry", "/api/comparisons",
                "/api/comparisons/[id]/models",
                "/api/comparisons/[id]/reruns", "/api/experiments",
            ])
    }
}
