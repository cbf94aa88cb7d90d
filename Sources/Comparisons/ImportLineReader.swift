internal import Catalog
internal import FoundationEssentials
internal import Generation
internal import Money
internal import Postgres
internal import Refusals
internal import Text

/// Where the columns of a file are.
struct ImportColumns {
    static let required = ["title", "prompt", "models"]
    static let known =
        required + [
            "type", "description", "negative_prompt", "image_id", "duration", "quality", "aspect_ratio", "seed", "tags",
            "public", "featured", "make_at",
        ]

    let names: [String]

    /// Reads the first line of a file.
    init(_ line: CSVReader.Record) throws {
        guard line.fault == nil else { throw ImportRefusal.columns("The first line cannot be read.") }
        var names = line.fields.map { field in
            String(field.trimmed.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
        }
        // Spreadsheets write a separator behind the last column too.
        while names.last == "" { names.removeLast() }
        for name in names where !Self.known.contains(name) {
            throw ImportRefusal.columns("“\(name.prefix(40))” is not a column. Columns are \(Self.list(Self.known)).")
        }
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw ImportRefusal.columns("The column “\(twice)” is there twice.")
        }
        let missing = Self.required.filter { !names.contains($0) }
        guard missing.isEmpty else {
            throw ImportRefusal.columns("The first line must name the columns \(Self.list(missing)).")
        }
        self.names = names
    }

    private static func list(_ names: [String]) -> String { names.map { "“\($0)”" }.joined(separator: ", ") }
}

/// Reads lines one after the other, and knows those before.
struct ImportLineReader {
    /// What is wrong with a line.
    private struct Wrong: Error {
        let column: String?
        let sentence: String
    }

    private let generations: Generations
    private let columns: ImportColumns
    private let hasPremium: Bool
    /// Quotes by model and settings: many lines ask for the same.
    private var quotes: [String: Result<GenerationQuote, Wrong>] = [:]
    private var prompts: [String: Int] = [:]
    private var requests: [String: Int] = [:]
    private(set) var expected = Money.zero

    init(generations: Generations, columns: ImportColumns, hasPremium: Bool) {
        (self.generations, self.columns, self.hasPremium) = (generations, columns, hasPremium)
    }

    mutating func read(_ line: CSVReader.Record) -> ImportedLine {
        let place = columns.names.firstIndex(of: "title") ?? 0
        let title = place < line.fields.count ? String(line.fields[place].trimmed.prefix(120)) : ""
        var read = ImportedLine(number: line.number, title: line.fault == nil ? title : "")
        do {
            try fill(&read, line)
        } catch {
            (read.request, read.dueAt, read.credits, read.note) = (nil, nil, 0, nil)
            if let wrong = error as? Wrong {
                (read.column, read.fault) = (wrong.column, wrong.sentence)
            } else {
                read.fault = "This line could not be checked. Try again."
            }
        }
        return read
    }

    private mutating func fill(_ read: inout ImportedLine, _ line: CSVReader.Record) throws {
        switch line.fault {
        case .notUTF8: throw Wrong(column: nil, sentence: "This line is not in UTF-8.")
        case .holdsNUL: throw Wrong(column: nil, sentence: "This line holds a NUL.")
        case .openQuote: throw Wrong(column: nil, sentence: "A quotation mark is never closed.")
        case .afterQuote: throw Wrong(column: nil, sentence: "Something follows a closing quotation mark.")
        case nil: break
        }
        let fields = line.fields
        guard fields.count >= columns.names.count, fields.dropFirst(columns.names.count).allSatisfy(\.isEmpty) else {
            throw Wrong(
                column: nil,
                sentence: "This line has \(fields.count) fields, and there are \(columns.names.count) columns.")
        }
        let values = Dictionary(zip(columns.names, fields.map(\.trimmed))) { first, _ in first }
        var request = PlannedRequest(
            title: try text("title", values, 1...120, isOneLine: true),
            about: try text("description", values, 0...2_000), kind: try kind(values),
            prompt: try text("prompt", values, 1...4_000), models: Self.list(values["models"] ?? ""))
        request.negativePrompt = try text("negative_prompt", values, 0...4_000).nonEmpty
        request.durationMs = try number("duration", values, 0.1...600, "Use seconds from 0.1 to 600.").map {
            Int(($0 * 1_000).rounded())
        }
        request.seed = try number("seed", values, 0...4_294_967_295, "Use a whole number.").map { Int($0) }
        request.quality = try choice("quality", values, ["standard", "high", "ultra"])
        request.aspectRatio = values["aspect_ratio"]?.nonEmpty
        request.imageID = try picture(values, request.kind)
        request.tags = Self.list(values["tags"] ?? "")
        for tag in request.tags {
            guard tag.count <= 40, (try? Comparisons.tag(tag)) != nil else {
                throw Wrong(
                    column: "tags",
                    sentence: "“\(tag.prefix(40))” is no tag: use at most 40 characters, one of them a letter or digit."
                )
            }
        }
        guard request.tags.count <= 12 else { throw Wrong(column: "tags", sentence: "Use at most 12 tags.") }
        request.isPublic = try flag("public", values)
        request.isFeatured = try flag("featured", values)
        request.hasPremium = hasPremium
        read.dueAt = try moment("make_at", values)
        read.credits = try credits(of: request)
        try compare(request, &read)
        read.request = request
    }

    /// Refuses what an earlier line asks for already, and points out the same prompt.
    private mutating func compare(_ request: PlannedRequest, _ read: inout ImportedLine) throws {
        let words = request.prompt.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
        var content = request
        content.title = ""
        (content.tags, content.about) = ([], "")
        let key = "\(content)"
        if let earlier = requests[key] { throw Wrong(column: nil, sentence: "This line repeats line \(earlier).") }
        requests[key] = read.number
        if let earlier = prompts[words] {
            read.note = "Line \(earlier) has nearly the same prompt."
        } else {
            prompts[words] = read.number
        }
    }

    private mutating func credits(of request: PlannedRequest) throws -> Int {
        guard !request.models.isEmpty else { throw Wrong(column: "models", sentence: "Name at least one model.") }
        guard request.models.count <= Comparisons.mostVideos else {
            throw Wrong(column: "models", sentence: ComparisonRefusal.tooManyModels.sentence)
        }
        var known: Set<UUID> = []
        var (credits, cost) = (0, Money.zero)
        for model in request.models {
            let quote = try quote(model, request).get()
            guard known.insert(quote.model.id).inserted else {
                throw Wrong(column: "models", sentence: ComparisonRefusal.repeatedModel(model).sentence)
            }
            credits += quote.credits
            cost = cost + quote.expected
        }
        expected = expected + cost
        return credits
    }

    private mutating func quote(_ model: String, _ request: PlannedRequest) throws -> Result<GenerationQuote, Wrong> {
        let settings = [
            model, request.kind, request.durationMs.map(String.init) ?? "", request.quality ?? "",
            request.aspectRatio ?? "",
        ]
        let key = settings.joined(separator: "\n")
        if let known = quotes[key] { return known }
        let run = GenerationRequest(
            model: model, prompt: request.prompt, imageID: request.imageID, duration: request.request.duration,
            quality: request.quality, aspectRatio: request.aspectRatio)
        let found: Result<GenerationQuote, Wrong>
        do {
            found = .success(try generations.quote(run, hasPremium: hasPremium))
        } catch {
            guard let refusal = refusal(in: error) else { throw error }
            found = .failure(Wrong(column: "models", sentence: "\(model.prefix(60)): \(refusal.sentence)"))
        }
        quotes[key] = found
        return found
    }

    private func text(
        _ column: String, _ values: [String: String], _ length: ClosedRange<Int>, isOneLine: Bool = false
    ) throws -> String {
        let text = values[column] ?? ""
        guard !text.isEmpty || length.lowerBound == 0 else {
            throw Wrong(column: column, sentence: "Write a \(column).")
        }
        guard text.unicodeScalars.count <= length.upperBound else {
            throw Wrong(column: column, sentence: "Use at most \(Text.grouped(length.upperBound)) characters.")
        }
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 32 && scalar.value != 127
                || !isOneLine && (scalar == "\n" || scalar == "\r" || scalar == "\t")
        }
        guard isPlain else { throw Wrong(column: column, sentence: "It holds characters that cannot be shown.") }
        return text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    }

    private func kind(_ values: [String: String]) throws -> String {
        try choice("type", values, ModelCapability.allCases.map(\.rawValue)) ?? ModelCapability.textToVideo.rawValue
    }

    private func choice(_ column: String, _ values: [String: String], _ choices: [String]) throws -> String? {
        guard let word = values[column]?.lowercased().nonEmpty else { return nil }
        guard choices.contains(word) else {
            throw Wrong(column: column, sentence: "Use \(choices.joined(separator: ", ")).")
        }
        return word
    }

    private func number(
        _ column: String, _ values: [String: String], _ range: ClosedRange<Double>, _ wants: String
    ) throws -> Double? {
        guard let text = values[column]?.nonEmpty else { return nil }
        guard let number = Double(text), range.contains(number), column != "seed" || number == number.rounded() else {
            throw Wrong(column: column, sentence: wants)
        }
        return number
    }

    private func picture(_ values: [String: String], _ kind: String) throws -> UUID? {
        let needsPicture = kind == ModelCapability.imageToVideo.rawValue
        guard let text = values["image_id"]?.nonEmpty else {
            guard !needsPicture else {
                throw Wrong(column: "image_id", sentence: ComparisonRefusal.picture(isNeeded: true).sentence)
            }
            return nil
        }
        guard needsPicture else {
            throw Wrong(column: "image_id", sentence: ComparisonRefusal.picture(isNeeded: false).sentence)
        }
        guard let id = UUID(uuidString: text) else {
            throw Wrong(column: "image_id", sentence: "Use the id of a picture that was sent before.")
        }
        return id
    }

    private func flag(_ column: String, _ values: [String: String]) throws -> Bool {
        switch (values[column] ?? "").lowercased() {
        case "", "no", "false", "0": return false
        case "yes", "true", "1", "x": return true
        default: throw Wrong(column: column, sentence: "Use yes or no.")
        }
    }

    private func moment(_ column: String, _ values: [String: String]) throws -> Date? {
        guard let text = values[column]?.nonEmpty else { return nil }
        let forms = [text, text + "T00:00:00Z", text.replacing(" ", with: "T") + ":00Z"]
        guard let moment = forms.lazy.compactMap({ Date(rfc3339: $0) }).first else {
            throw Wrong(column: column, sentence: "Use a time in UTC, such as 2026-12-24 18:00.")
        }
        return moment
    }

    /// Names that are divided by `|`, `;` or `,`.
    private static func list(_ text: String) -> [String] {
        text.split { "|;,\n".contains($0) }.map { String($0).trimmed }.filter { !$0.isEmpty }
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
