public import Catalog
internal import FoundationEssentials
public import HTTP
internal import Money
internal import Postgres
internal import SharedHandlers

extension ModelRoutes {
    /// The routes by which admins keep the catalog.
    public static func adminRoutes(_ catalog: Catalog, _ keys: PackKeys) -> [Route] {
        [
            adminList(catalog), create(catalog), change(catalog), delete(catalog), capabilities(catalog),
            export(catalog, keys), importPack(catalog, keys), premium(catalog),
        ]
    }

    private static func adminList(_ catalog: Catalog) -> Route {
        .get(
            "/api/admin/models", access: .admin, limit: .api,
            query: [
                .optional("category", ModelCategory.schema, "Only models of this category."),
                .optional("search", .text(1...100), "Only models whose name, slug, maker or provider contains this."),
            ],
            features: ["CAT-08"], summary: "Every model by name, inactive ones included, with its statistics."
        ) { context in
            let category = context.text(query: "category").flatMap(ModelCategory.init)
            return ModelList(
                models: try catalog.all(category: category, search: context.text(query: "search"))
                    .map { CatalogModel($0, catalog) })
        }
    }

    private static func create(_ catalog: Catalog) -> Route {
        Route(
            .post, "/api/admin/models", access: .admin, limit: .api, bodyLimit: 262_144, body: .json(ModelInputs.new),
            answers: [201: CatalogModel.schema], features: ["CAT-01", "CAT-05", "CAT-08", "PRICE-01"],
            summary: "Adds a model, inactive unless the body says otherwise."
        ) { context, body in
            let facts = JSONText(ModelInputs.completed(body).description)
            let id = try catalog.create(facts, by: try context.member().id)
            guard let model = try catalog.find(id) else { throw ModelRefusal.notFound }
            return .json(
                CatalogModel(model, catalog), status: 201, headers: ["Location": "/api/models/\(model.slug)"])
        }
    }

    private static func change(_ catalog: Catalog) -> Route {
        Route(
            .patch, "/api/admin/models/[id]", access: .admin, limit: .api, bodyLimit: 262_144,
            body: .json(ModelInputs.changes), answers: [200: CatalogModel.schema],
            features: ["CAT-02", "CAT-05", "CAT-07", "CAT-08", "PRICE-01"],
            summary: "Changes a model; the change counts for the next request."
        ) { context, body in
            let (id, admin) = (try context.uuid("id"), try context.member().id)
            guard case .object(var facts) = body else { throw Problem.malformed("The body is no object.") }
            let makesDefault = facts.removeValue(forKey: "isDefault")
            if makesDefault == .bool(false), try catalog.find(id)?.isDefault == true {
                throw ModelRefusal.defaultRequired
            }
            if !facts.isEmpty { try catalog.change(id, to: JSONText(JSONValue.object(facts).description), by: admin) }
            if makesDefault == .bool(true) { try catalog.makeDefault(id, by: admin) }
            guard let model = try catalog.find(id) else { throw ModelRefusal.notFound }
            return .json(CatalogModel(model, catalog))
        }
    }

    private static func delete(_ catalog: Catalog) -> Route {
        .delete(
            "/api/admin/models/[id]", access: .admin,
            query: [
                .optional(
                    "hard", .boolean, default: false, "Deletes it for good, which is refused when it has videos.")
            ],
            features: ["CAT-05"], summary: "Retires a model: it stays, inactive and deprecated. With `hard` it is gone."
        ) { context in
            let (id, admin) = (try context.uuid("id"), try context.member().id)
            if context.bool(query: "hard") == true {
                try catalog.delete(id, by: admin)
            } else {
                try catalog.retire(id, by: admin)
            }
            return Done()
        }
    }

    private static func capabilities(_ catalog: Catalog) -> Route {
        .get(
            "/api/admin/capabilities", access: .admin, limit: .api, features: ["CAT-08"],
            summary: "Every capability that a model can have."
        ) { _ in CapabilityList(capabilities: try catalog.capabilities()) }
    }

    private static func export(_ catalog: Catalog, _ keys: PackKeys) -> Route {
        .get(
            "/api/admin/catalog/export", access: .admin, limit: .api,
            query: [.list("slugs", of: .string(1...80), "Only these models.")],
            answers: [200: ModelInputs.pack], features: ["CAT-10"],
            summary: "The models of this site as a pack for other sites, signed when the site has a key."
        ) { context in
            let slugs = context.texts(query: "slugs")
            return Response.json(
                CatalogPackForm.sign(try catalog.exportPack(slugs: slugs.isEmpty ? nil : slugs).value, keys),
                headers: ["Content-Disposition": "attachment; filename=\"catalog.json\""])
        }
    }

    private static func importPack(_ catalog: Catalog, _ keys: PackKeys) -> Route {
        Route(
            .post, "/api/admin/catalog/import", access: .admin, limit: .api, bodyLimit: 1_048_576,
            body: .json(ModelInputs.pack),
            query: [
                .optional("apply", .boolean, default: false, "Applies the pack; else its changes are shown only."),
                .optional(
                    "untrusted", .boolean, default: false,
                    "Applies it although no key that this site trusts has signed it."),
            ],
            answers: [200: PackChanges.schema], features: ["CAT-10"],
            summary: "Shows what a pack changes, or applies it whole. No model becomes active by it."
        ) { context, body in
            let (pack, origin) = CatalogPackForm.open(body, keys)
            let isApplied = context.bool(query: "apply") == true
            let changes =
                isApplied
                ? try catalog.apply(
                    pack, from: origin, isAccepted: context.bool(query: "untrusted") == true,
                    by: try context.member().id) : try catalog.compare(pack)
            return .json(PackChanges(isApplied: isApplied, origin: origin, changes: changes))
        }
    }

    private static func premium(_ catalog: Catalog) -> Route {
        .post(
            "/api/admin/users/[id]/premium", access: .admin, body: PremiumInput.self, features: ["CAT-01"],
            summary: "Grants a member premium models, or takes the grant back."
        ) { context, input in
            try catalog.setPremium(
                input.granted, for: try context.uuid("id"), reason: input.reason, by: try context.member().id)
            return Done()
        }
    }
}

private struct PremiumInput: InputShape {
    @Input var granted: Bool
    @Input(.text(1...500), "What the audit log says.") var reason: String
}

extension CapabilitySummary: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CapabilitySummary>("Capability") {
        Field("name", \.name)
        Field("description", \.description)
        Field("models", \.models, "The number of the active models that have it.")
    }
}

private struct CapabilityList: Shaped {
    let capabilities: [CapabilitySummary]

    static let shape = Shape<CapabilityList>("CapabilityList") {
        Field("capabilities", \.capabilities)
    }
}

extension PackedModelChange.Kind: JSONRepresentable {}

extension PackedModelChange: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<PackedModelChange>("PackedModelChange") {
        Field("slug", \.slug)
        Field("name", \.name)
        Field("change", \.kind)
        Field("before", { $0.before?.value ?? .null }, "The facts of this site that differ; null for a new model.")
        Field("after", { $0.after?.value ?? .null }, "The facts of the pack that differ, or all of a new model.")
    }
}

private struct PackChanges: Shaped {
    let isApplied: Bool
    let origin: PackOrigin
    let changes: [PackedModelChange]

    static let shape = Shape<PackChanges>("PackChanges") {
        Field("applied", \.isApplied)
        Field(
            "origin", \.origin.code, .choice(["trusted", "unknown_key", "unsigned", "forged"]),
            "What the signature shows; anything but `trusted` is applied with `untrusted` only.")
        Field("originText", \.origin.sentence)
        Field("models", \.changes)
    }
}
