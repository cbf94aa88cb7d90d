internal import Configuration
internal import FoundationEssentials
internal import Installation
internal import Platform
internal import Text

/// Whether only those can read the secrets who must.
enum SecretChecks {
    static func findings(configuration: String?) -> [Finding] {
        var files: [(path: String, file: String?, line: Int?)] = []
        for (name, value) in ProcessInfo.processInfo.environment where isSecretFile(name) {
            files.append((value, nil, nil))
        }
        if let configuration {
            files.append((configuration, configuration, nil))
            let text = (try? String(contentsOfFile: configuration, encoding: .utf8)) ?? ""
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let parts = line.split(separator: "=", maxSplits: 1).map(\.trimmed)
                if parts.count == 2, isSecretFile(parts[0]) { files.append((parts[1], configuration, index + 1)) }
            }
        }
        let open = files.compactMap { path, file, line -> Finding? in
            guard let facts = FileFacts(path), facts.mode & 0o007 != 0 else { return nil }
            return .bad(
                "secrets", "every account of this machine can use \(path), whose mode is \(facts.octal)",
                fix: "chmod o= \(path), and take new secrets if others had an account here.", file: file, line: line)
        }
        return open.isEmpty && !files.isEmpty ? [.good("secrets", "for their owners alone")] : open
    }

    /// Only our own: SSL_CERT_FILE, for example, is for everyone.
    private static func isSecretFile(_ name: String) -> Bool { secretFiles.contains(name) }

    private static let secretFiles: Set<String> = {
        let secrets = Installation.groups.flatMap { $0.descriptions.filter { $0.isSecret } }
        return Set(secrets.flatMap { secret in ([secret.name] + secret.aliases).map { $0 + "_FILE" } })
    }()
}
