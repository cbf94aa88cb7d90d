internal import Arguments
internal import Catalog
internal import Configuration
internal import FoundationEssentials
internal import HTTP
internal import HTTPClient
internal import ModelsHandlers
internal import Postgres
internal import Text

/// `dailies catalog export | import | key`
enum CatalogCommand {
    static let command = Command(
        "catalog", "carry models between sites",
        commands: [
            Command(
                "export", "print the models as a pack",
                details: """
                    Prints a pack: JSON with every model, its price, its parameters and its presets. Whether a model is \
                    offered is not part of it. With CATALOG_SIGNING_KEY the pack is signed.
                    """, Export.self, run: export),
            Command(
                "import", "show what a pack changes, or apply it",
                details: """
                    Reads a pack from a file or from an https address and shows how it differs from the models of this \
                    site, and who has signed it. With --apply the changes are made, all or none. A pack that no key of \
                    CATALOG_TRUSTED_KEYS has signed needs --untrusted too. New models come inactive, and no model \
                    becomes active or inactive by a pack.
                    """, Import.self, run: importPack),
            Command(
                "key", "print the public key of this site's packs",
                details:
                    "Prints the public key of CATALOG_SIGNING_KEY, which other sites put into CATALOG_TRUSTED_KEYS.",
                Key.self, run: key),
        ])

    struct Export: ReadsSettings, PrintsJSON {
        let slugs = Operand(repeated: "SLUG", .text, "only these models")
        let config = Option.config
        let json = Flag("--json", "print JSON for programs, which a pack is in any case")
    }

    struct Import: ReadsSettings, PrintsJSON {
        let source = Operand("FILE|URL", .text, "the pack, or - for standard input")
        let apply = Flag("--apply", "make the changes")
        let untrusted = Flag("--untrusted", "with --apply, although no trusted key has signed the pack")
        let config = Option.config
        let json = Flag.json
    }

    struct Key: ReadsSettings, PrintsJSON {
        let config = Option.config
        let json = Flag.json
    }

    private static func key(_ arguments: ArgumentValues<Key>) throws -> Int32 {
        guard let key = try arguments.settings().catalog.packKeys.publicKey else {
            throw Failure("CATALOG_SIGNING_KEY is not set: make one with `openssl rand -base64 32`")
        }
        try Output.answer(JSONValue.object(["publicKey": .string(key)]), text: key, for: arguments)
        return ExitCode.success
    }

    private static func export(_ arguments: ArgumentValues<Export>) throws -> Int32 {
        let slugs = arguments.slugs
        let catalog = try catalog(arguments)
        for slug in slugs where try catalog.find(slug: slug) == nil {
            throw Failure("there is no model with the slug \(slug)")
        }
        let pack: JSONValue = try catalog.exportPack(slugs: slugs.isEmpty ? nil : slugs).decode()
        Output.write(try Output.indented(CatalogPackForm.sign(pack, try arguments.settings().catalog.packKeys)))
        return ExitCode.success
    }

    private static func importPack(_ arguments: ArgumentValues<Import>) throws -> Int32 {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: try read(arguments.source))
        } catch let problem as Problem {
            throw Failure("\(arguments.source) is not JSON: \(problem.message)")
        }
        let faults = CatalogPackForm.faults(in: value)
        guard faults.isEmpty else {
            throw Failure("\(arguments.source) is not a catalog pack:\n" + faults.joined(separator: "\n"))
        }
        let (pack, origin) = CatalogPackForm.open(value, try arguments.settings().catalog.packKeys)
        if arguments.apply, !origin.isTrusted, !arguments.untrusted {
            throw Failure(
                "\(origin.sentence) Nothing was changed. Look at the changes, and run it again with --untrusted.")
        }
        let catalog = try catalog(arguments)
        let changes =
            arguments.apply
            ? try catalog.apply(pack, from: origin, isAccepted: arguments.untrusted, by: nil)
            : try catalog.compare(pack)
        let found = Compared(isApplied: arguments.apply, origin: origin, changes: changes)
        try Output.answer(found, text: text(found), for: arguments)
        return ExitCode.success
    }

    private static func text(_ found: Compared) -> String {
        var lines = found.changes.flatMap(lines)
        if lines.isEmpty { return "\(found.origin.sentence)\nThis site has all of these models already." }
        lines.insert(found.origin.sentence, at: 0)
        let options = found.origin.isTrusted ? "--apply" : "--apply --untrusted"
        lines.append(found.isApplied ? "Applied." : "Nothing was changed. Run it again with \(options).")
        return lines.joined(separator: "\n")
    }

    private static func lines(_ change: PackedModelChange) -> [String] {
        switch change.kind {
        case .same: return []
        case .new: return ["\(change.slug): new, inactive"]
        case .changed:
            let (before, after) = (members(change.before), members(change.after))
            let names = Set(before.keys).union(after.keys).sorted()
            return names.map { name in
                "\(change.slug): \(name) \(before[name] ?? .null) → \(after[name] ?? .null)"
            }
        }
    }

    private static func members(_ text: JSONText?) -> [String: JSONValue] {
        if case .object(let members)? = try? text?.decode(JSONValue.self) { members } else { [:] }
    }

    private static let sizeLimit = 4 * 1_048_576

    private static func read(_ source: String) throws -> [UInt8] {
        if source.hasPrefix("http://") { throw Failure("a pack is fetched over https only") }
        guard source.hasPrefix("https://") else {
            let path = source == "-" ? "/dev/stdin" : source
            guard let data = FileManager.default.contents(atPath: path) else {
                throw Failure("\(source) cannot be read")
            }
            guard data.count <= sizeLimit else { throw Failure("\(source) is larger than 4 MiB") }
            return Array(data)
        }
        var request = OutgoingRequest(method: "GET", url: source)
        request.timeout = .seconds(60)
        request.responseLimit = sizeLimit
        let response = try HTTPClient().send(request)
        guard response.isSuccess else { throw Failure("\(source) answered \(response.status)") }
        return response.body
    }

    private static func catalog(_ arguments: ArgumentValues<some ReadsSettings>) throws -> Catalog {
        let settings = try arguments.settings()
        return Catalog(
            database: settings.openDatabase(), credentials: settings.catalog.credentials, rate: settings.catalog.rate)
    }

    private struct Compared: Shaped {
        let isApplied: Bool
        let origin: PackOrigin
        let changes: [PackedModelChange]

        static let shape = Shape<Compared>("ComparedPack") {
            Field("applied", \.isApplied)
            Field("origin", \.origin.code)
            Field("models", \.changes)
        }
    }
}
