internal import Film
internal import HTTP

/// Runs a call of the film's domain and tells a refusal in the words of HTTP.
func film<Answer>(_ call: () throws -> Answer) throws -> Answer {
    do {
        return try call()
    } catch let refusal as FilmRefusal {
        throw Problem(
            status: refusal.isNotFound ? 404 : 409, code: refusal.code, message: refusal.sentence)
    }
}
