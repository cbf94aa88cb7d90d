public import FoundationEssentials
public import Refusals

/// Why a call about the film failed.
public typealias FilmError = DomainError<FilmRefusal>

/// A request that a rule of the film does not allow.
public enum FilmRefusal: Refusal, Equatable {
    /// There is no such season.
    case seasonNotFound
    /// The season has begun, and this is possible only before.
    case seasonNotDraft
    /// This is possible with a finished season only.
    case seasonNotFinished
    /// The season is not finished, so it has no film.
    case filmNotFound
    /// One season runs at a time.
    case anotherSeasonActive
    /// No round is open that could be closed.
    case noOpenRound
    /// The round that should be closed is not open; that of this slot is.
    case slotNotOpen(open: Int)
    /// There is no such slot.
    case slotNotFound
    /// The slot is not what the admin believed.
    case slotChanged(SlotFacts)
    /// The season is not what the admin believed.
    case seasonChanged(SeasonFacts)
    /// The slot has no winner that could be given up.
    case slotNotLocked
    /// Only the last locked slot can be unlocked.
    case slotNotLast(last: Int)
    /// The label that was typed is another.
    case labelMismatch(String)
    /// The season has not begun.
    case seasonNotBegun
    /// A round cannot end then.
    case endOutOfRange
    /// The clip is of another season.
    case clipOfOtherSeason
    /// The clip is the winner of this slot already.
    case clipIsWinner
    /// The clip has another place in the film.
    case clipInFilm
    /// The clip is pending, rejected or withdrawn, or its file is gone.
    case clipNotInRace
    /// The creator of the clip is banned.
    case creatorBanned
    /// The clip is not in the film, so it cannot be taken out of it.
    case clipNotInFilm
    /// There is no such clip, or the caller may not see it.
    case clipNotFound
    /// Everybody could see the clip, until its creator withdrew it or, otherwise, it was removed.
    case clipGone(byCreator: Bool)
    /// The clip is decided, or its file was refused, so that its creator cannot withdraw it.
    case clipNotOpen
    /// Its creator has withdrawn the clip before.
    case clipWithdrawn
    /// The votes of the clip's round are being counted.
    case roundOver
    /// The member has no such upload.
    case uploadNotFound
    /// The upload is a clip already.
    case alreadyRegistered(UUID)
    /// No season takes clips.
    case noSeason
    /// The member has as many clips in the season as it allows.
    case clipLimitReached
    /// The member has begun as many uploads as may be unfinished at once.
    case uploadLimit
    /// The round is not one whose result is being looked at.
    case notUnderReview
    /// No vote is as an admin described it.
    case noSuchVotes
    /// There is no such void.
    case voidNotFound
    /// The void has been undone before.
    case voidUndone
    /// The void is a ban's, and goes with it.
    case voidOfBan
    /// The round is not exported, or not yet.
    case exportNotFound
    /// A season runs, so its genre is chosen.
    case genreVoteClosed
    /// The clip is decided or rejected, so that the caller cannot change its captions.
    case captionsClosed
    /// The captions are not as they must be, for a reason in a sentence.
    case captionsInvalid(String)
    /// Nothing is being done on the film.
    case noFilmBuild

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .seasonNotFound: "season_not_found"
        case .seasonNotDraft: "season_not_draft"
        case .seasonNotFinished: "season_not_finished"
        case .filmNotFound: "film_not_found"
        case .anotherSeasonActive: "another_season_active"
        case .noOpenRound: "no_open_round"
        case .slotNotOpen: "slot_not_open"
        case .slotNotFound: "slot_not_found"
        case .slotChanged: "slot_changed"
        case .seasonChanged: "season_changed"
        case .slotNotLocked: "slot_not_locked"
        case .slotNotLast: "slot_not_last"
        case .labelMismatch: "label_mismatch"
        case .seasonNotBegun: "season_not_begun"
        case .endOutOfRange: "end_out_of_range"
        case .clipOfOtherSeason: "clip_of_other_season"
        case .clipIsWinner: "clip_is_winner"
        case .clipInFilm: "clip_in_film"
        case .clipNotInRace: "clip_not_in_race"
        case .creatorBanned: "creator_banned"
        case .clipNotInFilm: "clip_not_in_film"
        case .clipNotFound: "clip_not_found"
        case .clipGone: "clip_gone"
        case .clipNotOpen: "clip_not_open"
        case .clipWithdrawn: "clip_withdrawn"
        case .roundOver: "round_over"
        case .uploadNotFound: "upload_not_found"
        case .alreadyRegistered: "already_registered"
        case .noSeason: "no_season"
        case .clipLimitReached: "clip_limit_reached"
        case .uploadLimit: "upload_limit"
        case .notUnderReview: "not_under_review"
        case .noSuchVotes: "no_such_votes"
        case .voidNotFound: "void_not_found"
        case .voidUndone: "void_undone"
        case .voidOfBan: "void_of_ban"
        case .exportNotFound: "export_not_found"
        case .genreVoteClosed: "genre_vote_closed"
        case .captionsClosed: "captions_closed"
        case .captionsInvalid: "captions_invalid"
        case .noFilmBuild: "no_film_build"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .seasonNotFound: "There is no such season."
        case .seasonNotDraft: "The season has begun already."
        case .seasonNotFinished: "The season is not finished yet."
        case .filmNotFound: "This season has no film yet."
        case .anotherSeasonActive: "Another season is running. Only one can run at a time."
        case .noOpenRound: "No round is open."
        case .slotNotOpen(let open):
            "This slot is not open: it has been closed already, or its turn has not come. Slot \(open) is."
        case .slotNotFound: "There is no such slot."
        case .slotChanged(let now):
            "Slot \(now.slot) has changed since you looked. \(now.sentence) Nothing was done. Look at it again, then decide."
        case .seasonChanged(let now):
            "“\(now.label)” has changed since you looked. \(now.sentence) Nothing was done. Look at it again, then decide."
        case .slotNotLocked: "This slot has no winner yet."
        case .slotNotLast(let last): "Only the last locked slot can be unlocked. That is slot \(last)."
        case .labelMismatch(let label): "Type the season's name exactly: \(label)"
        case .seasonNotBegun: "The season has not begun."
        case .endOutOfRange: "A round ends in the future, within a year."
        case .clipOfOtherSeason: "This clip is of another season."
        case .clipIsWinner: "This clip is the winner of this slot already."
        case .clipInFilm: "This clip is in the film already, in another slot."
        case .clipNotInRace: "This clip is pending, rejected or removed. Only an approved clip can win."
        case .creatorBanned: "The creator of this clip is banned."
        case .clipNotInFilm: "This clip is not in the film."
        case .clipNotFound: "There is no such clip."
        case .clipGone(byCreator: true): "The creator of this clip has withdrawn it."
        case .clipGone(byCreator: false): "This clip was removed."
        case .clipNotOpen: "This clip no longer competes, so it cannot be withdrawn."
        case .clipWithdrawn: "You have withdrawn this clip already."
        case .roundOver: "The votes of this round are being counted. Try again when the result is known."
        case .uploadNotFound: "There is no such upload."
        case .alreadyRegistered: "This upload has been sent in already."
        case .noSeason: "No season takes clips at the moment."
        case .clipLimitReached: "You have as many clips in this season as it allows."
        case .uploadLimit: "You have too many unfinished uploads. Finish one, or try again tomorrow."
        case .notUnderReview: "The round is not under review, or somebody has just decided it."
        case .noSuchVotes: "No counted vote is like that."
        case .voidNotFound: "There is no such void."
        case .voidUndone: "This void has been undone already."
        case .voidOfBan: "These votes are out because their member is banned. Lift the ban to bring them back."
        case .exportNotFound: "The round has no export yet."
        case .genreVoteClosed: "A season is running. The next genre vote opens when its film is complete."
        case .captionsClosed: "A moderator has decided on this clip, so its captions can no longer be changed."
        case .captionsInvalid(let fault): fault
        case .noFilmBuild: "Nothing is being done on this film."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .seasonNotFound, .filmNotFound, .slotNotFound, .clipNotFound, .uploadNotFound, .voidNotFound,
            .exportNotFound:
            .notFound
        case .clipGone: .gone
        case .clipLimitReached, .uploadLimit: .forbidden
        case .labelMismatch: .invalid(field: "label")
        case .endOutOfRange: .invalid(field: "votingEndsAt")
        case .captionsInvalid: .invalid(field: "captions")
        case .slotChanged, .seasonChanged, .slotNotLocked, .slotNotLast, .seasonNotBegun, .clipOfOtherSeason,
            .clipIsWinner,
            .clipInFilm, .clipNotInRace, .creatorBanned, .clipNotInFilm, .seasonNotDraft, .seasonNotFinished,
            .anotherSeasonActive, .noOpenRound, .slotNotOpen, .alreadyRegistered,
            .clipNotOpen, .clipWithdrawn, .roundOver, .noSeason, .notUnderReview, .noSuchVotes, .voidUndone, .voidOfBan,
            .genreVoteClosed, .captionsClosed, .noFilmBuild:
            .conflict
        }
    }

    /// The refusal that a function in SQL names by its code.
    public init?(outcome: String) {
        let known: [FilmRefusal] = [
            .seasonNotFound, .seasonNotDraft, .seasonNotFinished, .anotherSeasonActive, .uploadNotFound, .noSeason,
            .clipLimitReached, .uploadLimit, .slotNotFound, .notUnderReview, .voidNotFound, .voidUndone,
            .voidOfBan, .clipNotFound, .clipNotOpen, .clipWithdrawn, .roundOver, .genreVoteClosed, .noSuchVotes,
            .slotNotLocked,
            .seasonNotBegun, .endOutOfRange, .clipOfOtherSeason, .clipIsWinner, .clipInFilm, .clipNotInRace,
            .creatorBanned, .clipNotInFilm, .captionsClosed, .noFilmBuild,
        ]
        guard let refusal = known.first(where: { $0.code == outcome }) else { return nil }
        self = refusal
    }
}
