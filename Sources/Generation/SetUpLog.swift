public import Catalog
public import Logging

extension Catalog {
    /// Logs which providers can run models on this site and which model is the default: a key that is missing or misspelt is
    /// seen at start, not at the first request. A program starts without a database too, and then this is left out.
    public func logSetUp(to log: Log) {
        guard let all = try? providers().map(\.provider) else { return }
        let model = try? standard()
        let (ready, missing) = (
            all.filter { credentials.obstacle($0) == nil }, all.filter { credentials.obstacle($0) != nil }
        )
        log.info(
            "models can be run",
            [
                "providers": .string(ready.map(\.name).joined(separator: " ")),
                "notSetUp": .string(missing.filter(\.isAutomatic).map(\.name).joined(separator: " ")),
                "defaultModel": .string(model?.slug ?? ""),
                "defaultModelRuns": .bool(model.map { availability(of: $0, hasPremium: true) == nil } ?? false),
            ])
    }
}
