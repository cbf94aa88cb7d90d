internal import Film
internal import FoundationEssentials
internal import HTTP
internal import SharedHandlers

/// What an admin saw of a slot. What is left out is not compared; a slot that differs is not changed.
struct SlotBeliefInput: InputShape, InputValue {
    @Input var status: SlotStatus?
    @Input("Null for a slot without a winner.") var winnerClipID: UUID??
    @Input var votingEndsAt: Date?

    var belief: SlotBelief { SlotBelief(status: status, winner: winnerClipID, votingEndsAt: votingEndsAt) }
}

/// The slot that an act is about, as the admin sees it, and why.
struct SlotActInput: InputShape {
    @Input var seasonID: UUID
    @Input(.integer(1...500)) var slot: Int
    @Input(VoteWords.reason, VoteWords.reasonMeaning) var reason: String
    @Input("What the admin believes of the slot.") var expected: SlotBeliefInput?
}

struct AssignWinnerInput: InputShape {
    @Input var seasonID: UUID
    @Input(.integer(1...500)) var slot: Int
    @Input("A clip of the season that competes or is eliminated.") var clipID: UUID
    @Input(VoteWords.reason, VoteWords.reasonMeaning) var reason: String
    @Input("What the admin believes of the slot.") var expected: SlotBeliefInput?
}

struct ChangeSlotInput: InputShape {
    @Input var seasonID: UUID
    @Input(.integer(1...500)) var slot: Int
    @Input("When its open round ends: in the future, within a year.") var votingEndsAt: Date
    @Input(VoteWords.reason, VoteWords.reasonMeaning) var reason: String?
    @Input("What the admin believes of the slot.") var expected: SlotBeliefInput?
}

struct TakeDownInput: InputShape {
    @Input("The clip in the film.") var clipID: UUID
    @Input(VoteWords.reason, VoteWords.reasonMeaning) var reason: String
}

/// What an admin saw of a season. What is left out is not compared; a season that differs is not changed.
struct SeasonBeliefInput: InputShape, InputValue {
    @Input var status: SeasonStatus?
    @Input(.integer(0...500)) var lockedSlots: Int?

    var belief: SeasonBelief { SeasonBelief(status: status, lockedSlots: lockedSlots) }
}

/// A season that is reset or deleted.
struct EndSeasonInput: InputShape {
    @Input var id: UUID
    @Input(SeasonSettingsInput.label, "The season's label, typed to confirm.") var label: String
    @Input(VoteWords.reason, VoteWords.reasonMeaning) var reason: String
    @Input("What the admin believes of the season.") var expected: SeasonBeliefInput?
}

/// The acts by name, as a preview names them.
enum ActName: String, CaseIterable {
    case assign, unlock, resetVotes = "reset_votes", reschedule, advance, takeDown = "take_down", reset, delete
}
