internal import Film
internal import HTTP
internal import Refusals

/// Runs a call of the film's domain and tells a refusal in the words of HTTP.
func film<Answer>(_ call: () throws -> Answer) throws -> Answer {
    do {
        return try call()
    } catch FilmError.refused(let refusal) {
        throw Problem(
            status: refusal.kind == .notFound ? 404 : 409, code: refusal.code, message: refusal.sentence)
    }
}
