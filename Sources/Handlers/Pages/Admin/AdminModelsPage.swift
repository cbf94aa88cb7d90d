internal import HTML

extension PageDeclaration {
    static let adminModels = page(
        .admin, "/admin/models", title: "Models", description: "The models that members can run.",
        link: .administration("Models"), features: ["CAT-02", "CAT-05", "CAT-08", "CAT-10", "PRICE-01"],
        summary: "The models, their prices and statistics."
    ) { $0.site.adminModels }
}

extension Site {
    /// Every model, with a form for the chosen one.
    var adminModels: Page {
        adminPage(
            .adminModels, lead: "Loading the models.", modules: ["admin-models"],
            icons: [.check, .warn, .download, .upload, .film], names: "catalog",
            list: AdminList(
                caption: "Models", name: "models",
                columns: [
                    .init(title: "Model"), .init(title: "Provider"), .end("Price"), .end("Videos"), .end("Success"),
                    .end("Mean time"), .init(title: "Active"),
                ],
                filters: """
                    <div class="field"><label for="search">Name, maker or provider</label>\
                    <input class="input" id="search" name="search" type="search" autocomplete="off" maxlength="100"></div>\
                    <div class="field"><label for="category">Category</label><select class="input" id="category" name="category">\
                    <option value="">All</option><option value="premium">Premium</option><option value="budget">Budget</option>\
                    <option value="experimental">Experimental</option></select></div>
                    """,
                above: """
                    <div class="row"><button class="btn btn--primary" type="button" data-new-model disabled>New model…</button>\
                    <button class="btn" type="button" data-import>\(Icon.upload.image)Import a pack…</button>\
                    <a class="btn" href="/api/admin/catalog/export" download="catalog.json">\(Icon.download.image)Export</a></div>
                    """,
                side: "Selected model"))
    }
}
