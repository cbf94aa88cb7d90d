internal import Film
internal import FoundationEssentials
internal import HTTP

struct ApproveClipInput: InputShape {
    @Input var clipID: UUID
}

struct RejectClipInput: InputShape {
    static let reasonText = Schema.text(1...500, lines: .many)

    @Input var clipID: UUID
    @Input(reasonText, "What the creator reads.") var reason: String
}

struct EditClipInput: InputShape {
    @Input var id: UUID
    @Input(.text(1...80)) var title: String?
    @Input(.text(0...500, lines: .many)) var description: String?
    @Input(.choice(ClipGenre.all)) var genre: String?
}

enum ClipAction: String, InputValue, CaseIterable {
    case approve, reject
}

struct DecideClipInput: InputShape {
    @Input var clipID: UUID
    @Input var action: ClipAction
    @Input(RejectClipInput.reasonText, "What the creator reads; required to reject.") var reason: String?
}

struct DecideClipsInput: InputShape {
    @Input var action: ClipAction
    @Input(.array(.uuid, count: 1...100)) var clipIDs: [UUID]
    @Input(RejectClipInput.reasonText, "What the creators read; required to reject.") var reason: String?
}

struct UndoDecisionsInput: InputShape {
    @Input(.array(.uuid, count: 1...100)) var decisionIDs: [UUID]
}
