internal import Film
internal import FoundationEssentials
internal import HTTP

struct ApproveInput: Decodable, Schematic {
    let clipId: UUID

    static let schema = Schema.object([.required("clipId", .uuid)])
}

struct RejectInput: Decodable, Schematic {
    let clipId: UUID
    let reason: String

    static let schema = Schema.object([
        .required("clipId", .uuid), .required("reason", rejectionReason, "What the creator reads."),
    ])

    static let rejectionReason = Schema.text(1...500, lines: .many)
}

struct EditClipInput: Decodable, Schematic {
    let id: UUID
    let title: String?
    let description: String?
    let genre: String?

    static let schema = Schema.object([
        .required("id", .uuid),
        .optional("title", .text(1...80)),
        .optional("description", .text(0...500, lines: .many)),
        .optional("genre", .choice(ClipGenre.all)),
    ])
}

struct BulkInput: Decodable, Schematic {
    enum Action: String, Decodable {
        case approve, reject
    }

    let action: Action
    let clipIds: [UUID]
    let reason: String?

    static let schema = Schema.object([
        .required("action", .choice(["approve", "reject"])),
        .required("clipIds", .array(.uuid, count: 1...100)),
        .optional("reason", RejectInput.rejectionReason, "What the creators read; required to reject."),
    ])
}
