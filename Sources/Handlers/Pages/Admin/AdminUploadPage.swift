internal import HTML
internal import HTTP

extension PageDeclaration {
    static let adminUpload = page(
        .admin, "/admin/upload", title: "Upload a video", description: "A finished video for a comparison.",
        link: .administration("Upload"), features: ["ARENA-05"],
        summary: "Bringing a finished video along for a comparison that exists, or for a new one."
    ) { visit in visit.site.adminUpload(try visit.sources.arena.models(visit.context)) }
}

extension Site {
    /// The form. The module sends the file in parts, and then what is said of it.
    func adminUpload(_ models: [ComparableModel]) -> Page {
        let options = models.sorted { $0.name < $1.name }.map { model -> HTML in
            "<option value=\"\(model.slug)\">\(model.name) · \(model.maker)</option>"
        }
        return adminPage(
            .adminUpload, lead: "A video that was made elsewhere joins a comparison.", styles: ["comparing"],
            modules: ["admin-upload"], icons: [.upload, .warn],
            content: """
                <form class="generate" data-upload novalidate>
                  <div class="stack">
                    <label class="drop"><input class="visually-hidden" type="file" accept="video/mp4,video/webm,video/quicktime" \
                data-file><span data-drop-text>\(Icon.upload.image) Choose a video, or drop one here</span></label>
                    <p class="hint">MP4, WebM or MOV, up to 500 MB.</p>
                    <p class="hint hint--bad" role="alert" data-file-fault hidden></p>
                    <progress data-progress max="100" value="0" aria-label="Sent" hidden></progress>
                    <fieldset class="field"><legend>It joins</legend><div class="seg"><label><input type="radio" name="target" \
                value="old" checked>A comparison</label><label><input type="radio" name="target" value="new">A new one</label></div></fieldset>
                    <div class="stack stack--tight" data-old>
                      <div class="field"><label for="find">Find a comparison</label><input class="input" id="find" type="search" \
                autocomplete="off" data-find></div>
                      <div class="field"><label for="comparisonId">Comparison</label><select class="input" id="comparisonId" \
                name="comparisonId" data-wants="Choose a comparison." aria-describedby="comparisonId-fault"></select>\
                <p class="hint hint--bad" id="comparisonId-fault" role="alert" hidden></p></div>
                    </div>
                    <div class="stack stack--tight" data-new hidden>\(field("title", "Title", """
                    <input class="input" id="title" name="title" maxlength="120" autocomplete="off" \
                    data-wants="Give the comparison a title." aria-describedby="title-fault">
                    """))\(field("prompt", "Prompt", """
                    <textarea class="input" id="prompt" name="prompt" maxlength="4000" rows="3" \
                    data-wants="Write what the video shows." aria-describedby="prompt-fault"></textarea>
                    """))</div>
                  </div>
                  <div class="stack">
                    <div class="field"><label for="model">Model</label><select class="input" id="model" name="model" required \
                data-wants="Choose the model." aria-describedby="model-fault"><option value="">Choose…</option>\(options)</select>\
                <p class="hint hint--bad" id="model-fault" role="alert" hidden></p></div>
                    <div class="two">\(field("generationSeconds", "Seconds to make", """
                    <input class="input" id="generationSeconds" name="generationSeconds" inputmode="decimal" \
                    pattern="[0-9]+(\\.[0-9]+)?" autocomplete="off" data-wants="Use a number." \
                    aria-describedby="generationSeconds-fault">
                    """))\(field("costUsd", "Cost in dollars", """
                    <input class="input" id="costUsd" name="costUsd" inputmode="decimal" pattern="[0-9]+(\\.[0-9]{1,4})?" \
                    autocomplete="off" data-wants="Use dollars, such as 0.35." aria-describedby="costUsd-fault">
                    """))\(field("duration", "Seconds asked for", """
                    <input class="input" id="duration" name="duration" inputmode="decimal" pattern="[0-9]+(\\.[0-9]+)?" \
                    autocomplete="off" data-wants="Use a number." aria-describedby="duration-fault">
                    """))</div>
                    \(field("notes", "Notes", """
                    <textarea class="input" id="notes" name="notes" maxlength="1000" rows="3" aria-describedby="notes-fault"></textarea>
                    """))
                    <p class="hint">All but the model is optional. Length, size and still are read from the file.</p>
                    <p class="hint hint--bad" role="alert" data-form-fault hidden></p>
                    <button class="btn btn--primary" type="submit">Send the video</button>
                  </div>
                </form>
                """)
    }
}
