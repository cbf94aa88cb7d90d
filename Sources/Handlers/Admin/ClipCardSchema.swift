internal import Film
internal import HTTP

extension Schema {
    /// What a `ClipCard` is written as, and the members that stand beside it.
    static func clipCard(_ more: [Field] = []) -> Schema {
        let card: [Field] = [
            .required("id", .uuid), .required("title", .string()), .required("username", .string().nullable),
            .required("avatarUrl", .string()), .required("genre", .choice(ClipGenre.all)),
            .required("aiGenerated", .boolean, "Whether the creator says that AI made it."),
            .required("videoUrl", .string().nullable), .required("posterUrl", .string().nullable),
            .required("blurhash", .string().nullable), .required("width", .integer().nullable),
            .required("height", .integer().nullable), .required("durationSeconds", .number().nullable),
        ]
        return .object(card + more)
    }
}
