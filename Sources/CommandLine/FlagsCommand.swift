internal import Configuration
internal import Film
internal import FoundationEssentials

/// `dailies flags list | on | off | rollout`
enum FlagsCommand: Command {
    static let name = "flags"
    static let summary = "list feature flags, or turn one on or off"
    static let help = """
        Usage: dailies flags list [--json]
               dailies flags on KEY [--json]
               dailies flags off KEY [--json]
               dailies flags rollout KEY PERCENT [--json]

        A change takes effect in every process within a second, without a restart. rollout gives a feature that is on
        to PERCENT of a hundred members, always the same ones; 100 gives it to everybody.
        """

    private struct Answer: Encodable {
        let key: String
        let name: String
        let category: String
        let enabled: Bool
        let rolloutPercent: Int
        @OrNull var updatedAt: Date?

        init(_ flag: FeatureFlag) {
            key = flag.key
            name = flag.name
            category = flag.category
            enabled = flag.isEnabled
            rolloutPercent = flag.rolloutPercent ?? 100
            updatedAt = flag.updatedAt
        }

        var line: String {
            let state = enabled ? (rolloutPercent < 100 ? "\(rolloutPercent) %" : "on") : "off"
            return key + String(repeating: " ", count: max(1, 26 - key.count)) + state
        }
    }

    static func run(_ arguments: Arguments) throws -> Int32 {
        let settings = try arguments.settings()
        let flags = FeatureFlags(settings.openDatabase(), secretKey: settings.site.secretKey)
        let words = arguments.words
        switch (words.first, words.count) {
        case ("list", 1):
            let all = try flags.all().map(Answer.init)
            try Output.answer(all, text: all.map(\.line).joined(separator: "\n"), for: arguments)
        case ("on", 2), ("off", 2):
            try answer(try flags.set(words[1], isEnabled: words[0] == "on", rolloutPercent: nil, by: nil), arguments)
        case ("rollout", 3):
            guard let percent = Int(words[2]), (0...100).contains(percent) else {
                throw UsageFault(message: "PERCENT must be from 0 to 100, not \(words[2])")
            }
            try answer(try flags.set(words[1], isEnabled: nil, rolloutPercent: percent, by: nil), arguments)
        default: throw UsageFault(message: "list, on KEY, off KEY or rollout KEY PERCENT is needed")
        }
        return ExitCode.success
    }

    private static func answer(_ flag: FeatureFlag, _ arguments: Arguments) throws {
        let answer = Answer(flag)
        try Output.answer(answer, text: answer.line, for: arguments)
    }
}
