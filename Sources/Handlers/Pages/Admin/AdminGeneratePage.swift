internal import Catalog
internal import Comparisons
internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Text

extension PageDeclaration {
    static let adminGenerate = page(
        .admin, "/admin/generate", title: "New comparison", description: "One prompt for several models.",
        link: .administration("New comparison"), features: ["ARENA-01", "PRICE-03"],
        summary: "Making a comparison: one prompt, run through several models."
    ) { visit in
        visit.site.adminGenerate(
            try visit.sources.arena.models(visit.context), try visit.sources.arena.suggestion(visit.context))
    }
}

extension Site {
    /// The form. The module sends the picture, asks for the price of each model and sends the request.
    func adminGenerate(_ models: [ComparableModel], _ suggestion: Suggestion? = nil) -> Page {
        let isPicture = suggestion?.kind == .imageToVideo
        return adminPage(
            .adminGenerate, lead: "One prompt, one video from each model. You see the price first.",
            styles: ["comparing"], modules: ["admin-generate"], icons: [.info, .upload, .warn],
            content: """
                <form class="generate" data-generate novalidate>
                  <div class="stack">\(suggestion.map(suggested))
                    <fieldset class="field"><legend>Start from</legend><div class="seg"><label><input type="radio" name="type" \
                value="text-to-video"\(HTML.when(!isPicture, " checked"))>Words</label><label><input type="radio" name="type" \
                value="image-to-video"\(HTML.when(isPicture, " checked"))>A picture</label>\
                </div></fieldset>
                    \(field("title", "Title", """
                    <input class="input" id="title" name="title" required maxlength="120" autocomplete="off" \
                    data-wants="Give the comparison a title." aria-describedby="title-fault" value="\(suggestion.map(title) ?? "")">
                    """))
                    \(field("prompt", "Prompt", """
                    <textarea class="input" id="prompt" name="prompt" required maxlength="4000" rows="3" \
                    data-wants="Write what the videos show." aria-describedby="prompt-fault">\(suggestion?.prompt ?? "")</textarea>
                    """))
                    <p class="note note--warn" data-same hidden></p>
                    <div class="stack stack--tight" data-picture hidden><label class="drop"><input class="visually-hidden" type="file" \
                accept="image/jpeg,image/png,image/webp" data-file><span data-drop-text>\(Icon.upload.image) \
                Choose a picture, or drop one here</span><img alt="The picture that the videos start from" data-preview hidden></label>\
                <p class="hint">JPEG, PNG or WebP, up to 10 MB. Only the pixels are kept.</p>\
                <p class="hint hint--bad" role="status" data-picture-fault hidden></p></div>
                    <details class="stack stack--tight"><summary class="link">Description and what it must not show</summary>
                    \(field("description", "Description", """
                    <textarea class="input" id="description" name="description" maxlength="2000" rows="2" \
                    aria-describedby="description-fault"></textarea>
                    """))
                    \(field("negativePrompt", "What it must not show", """
                    <textarea class="input" id="negativePrompt" name="negativePrompt" maxlength="4000" rows="2" \
                    aria-describedby="negativePrompt-fault"></textarea>
                    """))</details>
                    <div class="two">\(choice("duration", "Length", [
                    ("", "Each model's usual"), ("3", "3 s"), ("4", "4 s"), ("5", "5 s"), ("6", "6 s"), ("8", "8 s"), ("10", "10 s"),
                ]))\(choice("quality", "Quality", [("standard", "Standard"), ("high", "High"), ("ultra", "Ultra")]))\
                \(choice("aspectRatio", "Shape", [
                    ("", "Each model's first"), ("16:9", "16:9"), ("9:16", "9:16"), ("1:1", "1:1"),
                ]))\
                \(field("seed", "Seed", """
                <input class="input" id="seed" name="seed" inputmode="numeric" pattern="[0-9]{1,9}" autocomplete="off" \
                placeholder="Random" data-wants="Use a whole number." aria-describedby="seed-fault">
                """))</div>
                    \(field("tags", "Tags", """
                    <input class="input" id="tags" name="tags" maxlength="500" autocomplete="off" placeholder="Storm, People" \
                    aria-describedby="tags-fault tags-hint"><p class="hint" id="tags-hint">Separate tags with commas.</p>
                    """))
                    <label class="check"><input type="checkbox" name="isPublic"><span>Publish at once. Readers see each video as \
                soon as it is done.</span></label>
                    <label class="check"><input type="checkbox" name="isFeatured"><span>Feature it: it comes first in lists.</span></label>
                  </div>
                  <div class="stack">
                    \(models.isEmpty ? noModelsToCompare : modelGroups(models, chosen: Set(suggestion?.models.map(\.slug) ?? [])))
                    <div class="panel bill stack stack--tight" data-bill><p class="generate__sum" role="status" data-sum>\
                <span class="quiet">Choose models to see the price.</span></p><p class="hint hint--bad" role="alert" data-form-fault hidden></p>\
                <button class="btn btn--primary" type="submit" disabled data-submit>Make the comparison</button>\
                <button class="btn btn--ghost" type="button" data-template>Save as a template…</button></div>
                  </div>
                </form>
                """, after: confirmation)
    }

    /// Of which suggestion the comparison is made.
    private func suggested(_ suggestion: Suggestion) -> HTML {
        """
        <p class="note">\(Icon.info.image)<span>This is a suggestion\(suggestion.author.map { " by \($0)" as HTML }) with \
        \(Formatting.count(suggestion.votes, "vote", "votes")). Making the comparison accepts it.</span></p>\
        <input type="hidden" name="suggestionId" value="\(suggestion.id.text)">
        """
    }

    /// The first words of a prompt.
    private func title(_ suggestion: Suggestion) -> String {
        let line = suggestion.prompt.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        guard line.count > 60 else { return line }
        return String(line.prefix(60).reversed().drop { $0 != " " }.reversed()).trimmed
    }

    private var noModelsToCompare: HTML {
        Fragments.empty(
            .warn, title: "No models", text: "Activate models first.",
            actions: "<a class=\"btn\" href=\"/admin/models\">Models</a>")
    }

    func field(_ name: HTML, _ label: HTML, _ control: HTML) -> HTML {
        """
        <div class="field"><label for="\(name)">\(label)</label>\(control)\
        <p class="hint hint--bad" id="\(name)-fault" role="alert" hidden></p></div>
        """
    }

    private func choice(_ name: HTML, _ label: HTML, _ choices: [(value: String, label: String)]) -> HTML {
        """
        <div class="field"><label for="\(name)">\(label)</label><select class="input" id="\(name)" name="\(name)">\
        \(choices.map { "<option value=\"\($0.value)\">\($0.label)</option>" as HTML })</select></div>
        """
    }

    /// The models by provider, those that can be run first.
    private func modelGroups(_ models: [ComparableModel], chosen: Set<String>) -> HTML {
        let groups = Dictionary(grouping: models, by: \.provider).sorted { one, other in
            let (left, right) = (one.value.contains { $0.obstacle == nil }, other.value.contains { $0.obstacle == nil })
            return left == right ? one.key < other.key : left
        }
        let parts = groups.enumerated().map { index, group -> HTML in
            let usable = group.value.filter { $0.obstacle == nil }
            let buttons: HTML = HTML.when(
                !usable.isEmpty,
                """
                <button class="btn btn--sm" type="button" data-all-of="\(index)" aria-label="Select all of \(group.key)">Select all</button>\
                <button class="btn btn--sm btn--ghost" type="button" data-none-of="\(index)" aria-label="Deselect all of \(group.key)">Deselect all</button>
                """)
            return """
                <fieldset class="panel generate__group" data-group="\(index)"><legend class="visually-hidden">\(group.key)</legend>\
                <div class="row row--apart"><h2>\(group.key)</h2><div class="row row--tight">\(buttons)</div></div>\
                \(group.value.map { comparable($0, isChosen: chosen.contains($0.slug)) })</fieldset>
                """
        }
        return "<div class=\"stack stack--tight\" data-models>\(parts)</div>"
    }

    private func comparable(_ model: ComparableModel, isChosen: Bool) -> HTML {
        """
        <label class="check generate__model"><input type="checkbox" name="models" value="\(model.slug)"\
        \(HTML.when(model.takesWords, " data-words"))\(HTML.when(model.takesPicture, " data-takes-picture"))\
        \(HTML.when(model.obstacle != nil, " disabled data-obstacle"))\(HTML.when(isChosen && model.obstacle == nil, " checked"))><span><b>\(model.name)</b> \
        <span class="quiet">\(model.maker)</span><span class="quiet generate__why" data-why="\(model.slug)">\
        \(model.obstacle ?? "")</span></span><span class="num generate__price" data-price="\(model.slug)"></span></label>
        """
    }
}
