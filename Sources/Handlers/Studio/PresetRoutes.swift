internal import FoundationEssentials
internal import Generation
internal import HTTP
internal import Providers
internal import Text

extension StudioRoutes {
    /// The routes of members' presets.
    static func presets(_ generations: Generations) -> [Route] {
        [
            .get("/api/presets", access: .member, features: ["GEN-14"], summary: "The member's presets, by name.") {
                context in
                PresetList(presets: try generations.presets(of: try context.member().id))
            },
            .post(
                "/api/presets", access: .member, body: SavePresetInput.self, answers: [201: SavedPreset.schema],
                features: ["GEN-14"],
                summary: "Keeps a filled-in form of a model under a name; a preset of the same name is replaced."
            ) { context, input in
                let form = PresetForm(
                    prompt: input.prompt, negativePrompt: input.negativePrompt ?? "",
                    durationMs: input.duration.map { Int(($0 * 1_000).rounded()) }, quality: input.quality,
                    aspectRatio: input.aspectRatio, seed: input.seed,
                    parameters: try input.parameters?.parameters() ?? [:])
                let saved = try generations.savePreset(
                    input.name.trimmed, model: input.model, form: form, of: try context.member().id)
                return Response.json(SavedPreset(preset: saved), status: 201)
            },
            .patch(
                "/api/presets", access: .member, body: RenamePresetInput.self, features: ["GEN-14"],
                summary: "Gives a preset another name."
            ) { context, input in
                SavedPreset(
                    preset: try generations.renamePreset(
                        input.id, to: input.name.trimmed, of: try context.member().id))
            },
            .delete(
                "/api/presets", access: .member, body: DeletePresetInput.self, features: ["GEN-14"],
                summary: "Deletes a preset."
            ) { context, input in
                try generations.deletePreset(input.id, of: try context.member().id)
                return PresetList(presets: try generations.presets(of: try context.member().id))
            },
        ]
    }
}

/// A form to keep.
struct SavePresetInput: InputShape {
    static let names = Schema.text(1...80)

    @Input(names, "What the preset is called.") var name: String
    @Input(.string(1...200), "The model, by slug, model id or id.") var model: String
    @Input(.text(0...4_000, lines: .many)) var prompt: String
    @Input(.text(0...4_000, lines: .many)) var negativePrompt: String?
    @Input(.number(0.1...600), "Seconds.") var duration: Double?
    @Input(.choice(["standard", "high", "ultra"])) var quality: String?
    @Input(.string(1...20)) var aspectRatio: String?
    @Input(.integer(0...4_294_967_295)) var seed: Int?
    @Input(.map(.any)) var parameters: ParameterValues?
}

struct RenamePresetInput: InputShape {
    @Input var id: UUID
    @Input(SavePresetInput.names) var name: String
}

struct DeletePresetInput: InputShape {
    @Input var id: UUID
}

/// A preset of a member.
struct SavedPreset: Shaped {
    let preset: Preset

    static let shape = Shape<SavedPreset>("SavedPreset") {
        Field("id", \.preset.id)
        Field("name", \.preset.name)
        Field("model", \.preset.modelSlug)
        Field("prompt", \.preset.form.prompt)
        Field("negativePrompt", \.preset.form.negativePrompt)
        Field("durationSeconds", { $0.preset.form.durationMs.map { Double($0) / 1_000 } })
        Field("quality", \.preset.form.quality)
        Field("aspectRatio", \.preset.form.aspectRatio)
        Field("seed", \.preset.form.seed)
        Field(
            "parameters",
            { preset in
                let text = JSON.object(preset.preset.form.parameters).text
                return (try? JSONValue(parsing: Array(text.utf8))) ?? .object([:])
            })
    }
}

/// A member's presets.
struct PresetList: Shaped {
    let presets: [Preset]

    static let shape = Shape<PresetList>("PresetList") {
        Field("presets", { $0.presets.map { SavedPreset(preset: $0) } })
    }
}
