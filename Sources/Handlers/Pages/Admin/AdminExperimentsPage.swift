internal import HTML
internal import HTTP

extension PageDeclaration {
    static let adminExperiments = page(
        .admin, "/admin/experiments", title: "Experiments",
        description: "Variants of a prompt, tried with the same models.",
        link: .administration("Experiments"), features: ["ARENA-13"],
        summary: "Experiments with prompts: making one, and what came of each variant and model."
    ) { visit in visit.site.adminExperiments(try visit.sources.arena.models(visit.context)) }
}

extension Site {
    /// The form of a new experiment, the list, and the chosen one. The module reads and sends.
    func adminExperiments(_ models: [ComparableModel]) -> Page {
        let choices = models.filter { $0.obstacle == nil && $0.takesWords }.sorted { $0.name < $1.name }.map {
            model -> HTML in
            """
            <label class="check"><input type="checkbox" name="models" value="\(model.slug)"><span>\(model.name) \
            <span class="quiet">\(model.maker)</span></span></label>
            """
        }
        let models: HTML =
            choices.isEmpty
            ? "<p class=\"quiet\">No model can be run. Activate models first.</p>" : "\(choices)"
        let variants = (1...6).map { number -> HTML in
            """
            <div class="stack stack--tight experiment__variant" data-variant\(HTML.when(number > 2, " hidden"))>\
            \(field("label-\(number)", "Name of variant \(number)", """
            <input class="input" id="label-\(number)" maxlength="40" value="\(String(UnicodeScalar(UInt8(64 + number))))" \
            autocomplete="off" data-label aria-describedby="label-\(number)-fault">
            """))\(field("prompt-\(number)", "Prompt of variant \(number)", """
            <textarea class="input" id="prompt-\(number)" maxlength="4000" rows="2" data-prompt \
            aria-describedby="prompt-\(number)-fault"></textarea>
            """))</div>
            """
        }
        return adminPage(
            .adminExperiments, lead: "Which wording makes the better videos? Each variant becomes a comparison.",
            styles: ["comparing"], modules: ["admin-experiments"], icons: [.film, .warn],
            content: """
                <div class="experiments"><section class="stack" aria-labelledby="made"><h2 id="made">Experiments</h2>\
                <div data-list aria-busy="true"><div class="skeleton skeleton--line"></div></div>\
                <div data-result hidden></div></section>
                <form class="panel stack" data-experiment novalidate><h2>New experiment</h2>
                  \(field("title", "Title", """
                  <input class="input" id="title" name="title" required maxlength="100" autocomplete="off" \
                  data-wants="Give the experiment a title." aria-describedby="title-fault">
                  """))
                  \(variants)
                  <p><button class="btn btn--sm" type="button" data-more-variants>Add a variant</button></p>
                  <fieldset class="field"><legend>Models</legend>\
                \(models)</fieldset>
                  <label class="check"><input type="checkbox" name="isPublic"><span>Publish the comparisons at once, so that everyone \
                can vote.</span></label>
                  <p class="hint">All videos have the same seed, so that only the prompt differs.</p>
                  <p class="hint hint--bad" role="alert" data-form-fault hidden></p>
                  <button class="btn btn--primary" type="submit">Start the experiment</button>
                </form></div>
                """)
    }
}
