internal import Catalog
public import FoundationEssentials
public import Postgres
public import Providers

/// A form of the studio that a member has filled in and kept under a name.
public struct Preset: Sendable, RowDecodable {
    /// Its id.
    public let id: UUID
    /// The model's slug.
    public let modelSlug: String
    /// What the member calls it.
    public let name: String
    /// What the form holds.
    public let form: PresetForm

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        modelSlug = try row.value("slug")
        name = try row.value("name")
        form = PresetForm(
            prompt: try row.value("prompt"), negativePrompt: try row.value("negative_prompt"),
            durationMs: try row.value("duration_ms"), quality: try row.value("quality"),
            aspectRatio: try row.value("aspect_ratio"), seed: try row.value("seed"),
            parameters: (try? row.value("parameters", as: JSONText.self).decode([String: JSON].self)) ?? [:])
    }
}

/// The fields of the studio's form, named as the columns of a preset.
public struct PresetForm: Sendable, Encodable {
    /// What the video shows.
    public var prompt: String
    /// What it must not show.
    public var negativePrompt: String
    /// Length in milliseconds; nil for the model's usual one.
    public var durationMs: Int?
    /// Quality; nil for standard.
    public var quality: String?
    /// Shape; nil for the model's first.
    public var aspectRatio: String?
    /// The seed; nil for a random one.
    public var seed: Int?
    /// Values of the model's parameters.
    public var parameters: [String: JSON]

    /// A filled-in form.
    public init(
        prompt: String, negativePrompt: String = "", durationMs: Int? = nil, quality: String? = nil,
        aspectRatio: String? = nil, seed: Int? = nil, parameters: [String: JSON] = [:]
    ) {
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.durationMs = durationMs
        self.quality = quality
        self.aspectRatio = aspectRatio
        self.seed = seed
        self.parameters = parameters
    }

    private enum CodingKeys: String, CodingKey {
        case prompt
        case negativePrompt = "negative_prompt"
        case durationMs = "duration_ms"
        case quality
        case aspectRatio = "aspect_ratio"
        case seed, parameters
    }
}

/// The presets of members.
extension Generations {
    /// How many presets a member may have.
    public static let presetLimit = 50

    /// A member's presets, by name.
    public func presets(of member: UUID) throws -> [Preset] {
        try database.acting(for: member).query(
            """
            select presets.*, models.slug
            from presets
            join models on models.id = presets.model_id
            where presets.user_id = \(member)
            order by presets.name, presets.id
            """)
    }

    /// Keeps a form under a name. A preset of the same name for the same model is replaced.
    public func savePreset(_ name: String, model: String, form: PresetForm, of member: UUID) throws -> Preset {
        guard let model = try catalog.find(named: model) else { throw ModelRefusal.notFoundOrInactive }
        _ = try ModelParameters(model).check(form.parameters)
        let row: Row = try database.acting(for: member).one(
            """
            select outcome, id
            from save_preset(
                \(member), \(model.id), \(try JSONText(encoding: form))::jsonb || jsonb_build_object('name', \(name)::text),
                \(Int32(Self.presetLimit))
            )
            """)
        guard let id: UUID = try row.value("id") else { throw GenerationRefusal.presetLimit }
        guard let saved = try presets(of: member).first(where: { $0.id == id }) else {
            throw GenerationRefusal.presetNotFound
        }
        return saved
    }

    /// Gives a member's preset another name.
    public func renamePreset(_ id: UUID, to name: String, of member: UUID) throws -> Preset {
        let outcome: String = try database.acting(for: member).one("select rename_preset(\(member), \(id), \(name))")
        if outcome == "preset_name_taken" { throw GenerationRefusal.presetNameTaken }
        guard outcome == "done", let kept = try presets(of: member).first(where: { $0.id == id }) else {
            throw GenerationRefusal.presetNotFound
        }
        return kept
    }

    /// Deletes a member's preset.
    public func deletePreset(_ id: UUID, of member: UUID) throws {
        let isDeleted: Bool = try database.acting(for: member).one("select delete_preset(\(member), \(id))")
        guard isDeleted else { throw GenerationRefusal.presetNotFound }
    }
}
