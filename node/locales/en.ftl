# Every sentence of the pages, in English. Plain words, short sentences; say what happened and what to do.
# Tokens like %number are filled in by the scripts; { $names } by the templates. Arguments arrive as text and are to be read as numbers
# where they are numbers, so that plurals work.

app-name = Consilium
skip-to-content = Skip to the content

## Navigation

nav-main = Main
nav-cases = Cases
nav-search = Search
nav-saved = Saved
nav-admin = Administration
nav-new-case = New case
nav-sign-in = Sign in
nav-sign-out = Sign out
nav-help = Help
footer-network = Network { $network }
footer-version = Consilium { $version }
back-to-cases = Back to the cases
back-to-case = Back to the case
back-to-draft = Back to the draft
back-to-account = Back to your account
back-to-people = Back to the people
back-to-peers = Back to the hospitals
problems-title = { $count ->
    [one] One thing needs another look
   *[other] { $count } things need another look
  }
problem-lost = The node did not answer. What you typed is still here; try again in a moment.
time-received-later = received %time

## Signing in

sign-in-title = Sign in
sign-in-lead = Cases and answers from { $institution } and the hospitals it is joined with.
sign-in-do = Sign in
sign-in-wait = A wrong password was given too often here. { $seconds ->
    [one] Wait 1 second, then try again.
   *[other] Wait { $seconds } seconds, then try again.
  }
sign-in-forgot = Forgotten the password? An administrator of your hospital can give you a link that sets a new one.
sign-in-sign-up = Read public cases with an account of your own
sign-in-shared = Nothing is kept on this computer. Sign out when you leave a shared one.
sign-in-ended = Your session has ended: nobody used it for a while, it was open for a whole working day, or it was ended elsewhere. Sign in and go on where you were.
sign-in-kept = What you wrote or drew is still here. Nothing of it has been sent: sign in, and then send it.
send-on-title = You are signed in again
send-on-lead = What you wrote or drew is still here, with what you chose beside it. Nothing of it has been sent yet.
send-on-do = Send what I wrote
send-on-where = It goes to
send-on-description = Description of a picture
send-on-covers = Covers on a picture
send-on-covers-drawn = as you left them
send-on-draft = your draft, which only you see
send-on-comments = the comments of a case
send-on-case = a case
send-on-people = a new account at this hospital
send-on-house = this hospital
sign-up-title = Read public cases
sign-up-lead = A viewer reads the cases that patients have agreed to show to the public. Writing is for people whose hospital vouches for them.
sign-up-account-hint = Small letters, digits, dots and dashes. The hospital puts a number behind it; you are told the whole name.
sign-up-do = Make the account
sign-up-clinician = Do you work at { $institution }? Ask an attester of your hospital to vouch for you; you can write as soon as they have.
sign-up-sign-in = I have an account already
set-password-title = Set your password
set-password-first = Choose the password for your account { $account }. This link works once.
set-password-do = Set the password
password-set = Your password is set. You are signed in as { $name }; your account name is { $account }.
set-password-spent-title = This link has ended
set-password-spent = It was used already, a newer one has replaced it, or its time is over. Nothing was changed. Ask your administrator for a new link.

## Fields

field-account = Account name
field-password = Password
field-new-password = New password
field-current-password = Present password
field-password-again = The new password again
field-shown-name = Name that others see
field-title = Title
field-question = Your question
field-specialty = Specialty
field-profession = Profession
field-age-band = Age
field-sex = Sex
field-history = History
field-examination = Examination and findings
field-comment = Your comment
field-status = Status
field-diagnosis = Final diagnosis
field-certainty = How certain
field-outcome = What became of it
field-search = Search every case you may read
field-until = Valid until
field-reason = Reason
field-link = One-time link
field-scheme = Light
field-density = Spacing
password-differs = The two new passwords are not the same.
field-missing = This is still missing.
password-hint = At least { $chars } characters. A few words in a row are good; so is a password manager.

## The feed

feed-title = Cases
feed-filters = Which cases
feed-more = Show more cases
feed-new-one = Show one new case
feed-new-many = Show %count new cases
filter-network = Network
filter-house = My hospital
filter-unanswered = Unanswered
filter-open = Open
filter-public = Public
plate-graphic = Covered, because it may be hard to look at
plate-on-the-way = The picture is still on its way
plate-pictures = { $count ->
    [one] one picture
   *[other] { $count } pictures
  }
plate-replies = { $count ->
    [one] One comment,
   *[other] { $count } comments, last
  }
plate-unanswered = Nobody has answered yet; asked
mark-unsent = Not yet sent
unsent-since = waiting since
unsent-pictures = { $count ->
    [0] No picture.
    [one] One picture.
   *[other] { $count } pictures.
  }
unsent-take-back = Take it back. Nothing of it is left.
mark-away = Hospital out of reach, last heard from
empty-title = Nothing here yet
empty-network = No hospital of the network has shown a case that you may read.
empty-house = Nobody of this hospital has shown a case that you may read.
empty-unanswered = No case that you may read waits for an answer from somebody whose hospital vouches for them.
empty-open = No case that you may read is still open.
empty-public = No patient has agreed to a public case yet.
empty-viewer = No public case here. You read the cases that patients have agreed to show to everyone.
empty-ask = If you are not sure about a patient, ask.

## A new case

new-title = New case
new-lead = A few short steps. Each one is saved as a draft that only you can see. Nothing leaves the hospital before the last.
new-promise-pictures = Take or choose the pictures.
new-promise-hide = Faces that are found are covered for you. You look, and cover labels, codes and whatever else shows who it is.
new-promise-context = Say what you want to know.
new-promise-audience = Say who may see it, never wider than the patient agreed to.
new-promise-share = Check everything once more, sign, share.
new-begin = Begin
new-drafts = Your drafts
draft-untitled = Case without a title
draft-saved = Saved
draft-private = Only you see this draft.
draft-discard = Discard the draft
discard-title = Discard this draft?
discard-what = { $count ->
    [0] What you wrote is destroyed. This cannot be undone.
    [one] What you wrote and the picture in it are destroyed. This cannot be undone.
   *[other] What you wrote and the { $count } pictures in it are destroyed. This cannot be undone.
  }
discard-not = Keep the draft
steps-label = Steps of the new case
step-pictures = Pictures
step-hide = Hide
step-context = Context
step-audience = Audience
step-check = Check
step-share = Share
step-done = done
step-open = to do
step-later = later
step-save-and-go-on = Save and go on

pictures-lead = Before anybody else sees them, the pictures are turned upright and written anew: place, time, camera and names are left out of the new file. A DICOM object keeps what describes its image, with dates moved.
pictures-choose = Choose pictures
pictures-camera = Use the camera
pictures-hint = JPEG, HEIC, PNG, WebP, TIFF or DICOM, up to { $megabytes } MB and { $megapixels } megapixels each. File names are not kept.
pictures-add = Add these pictures
pictures-none = No picture yet.
pictures-without = Go on without a picture
pictures-next = Next: hide what shows who it is
picture-number = Picture { $number }
picture-not-described = Picture { $number }, not described
picture-up = Earlier
picture-down = Later
picture-remove = Remove
picture-before = Before
picture-after = After
picture-pair = Before, and the next is after
picture-part = Not a pair
pictures-pair-hint = Two pictures of the same place, before and after? Put them one behind the other and say so at the first: they open side by side.
picture-waiting = waits for your look
picture-looked-at = looked at and confirmed
look-waiting = Read. Programs are about to look for faces.
look-upright = Upright faces are covered. Programs look for turned faces, print and codes.
look-hint = This takes some seconds, and some minutes where there are many frames. The page goes on by itself when it is done; nothing can be confirmed before.
look-again = The covers are burnt in. Programs look at what was written once more.
look-again-hint = This takes some seconds, and some minutes where there are many frames. The page goes on by itself when it is done. The picture counts as confirmed only then, and you are asked again if something is still seen.
look-other = Go on with another picture
look-back = Back to the pictures
drop-here = You can also drop pictures here.
drop-sending = Sending, %percent per cent
drop-reading = Sent. The pictures are being read.
drop-failed = These pictures were not taken in. They are still chosen here; try again. What was taken in stands below.
drop-unknown = The connection broke before an answer came. Look below whether it was taken in.
drop-stopped = Stopped. These pictures were not sent. They are still chosen here. What was taken in stands below.
drop-stop = Stop

hide-title = Hide what shows who it is
hide-picture-of = Picture { $number } of { $count }
hide-picture-alt = Picture { $number }, before it is covered
hide-nothing-found = Nothing was found in this picture. That is not a promise that nothing is there: please look at all of it.
hide-unsearched = A program that looks for what shows a person broke off in this picture. Only your eyes have seen all of it.
hide-found = { $count ->
    [one] One place was found that may show who the patient is; { $covered ->
        [0] nothing covers it.
       *[other] it is covered.
      }
   *[other] { $count } places were found that may show who the patient is; { $covered ->
        [0] none of them is covered.
        [one] one of them is covered.
       *[other] { $covered } of them are covered.
      }
  }
hide-open = { $count ->
    [one] One of them is outlined and waits for your answer: cover it, or say why it can stay.
   *[other] { $count } of them are outlined and wait for your answer: cover each, or say why it can stay.
  }
notice-turned = The picture was turned upright.
notice-depth = Fine shades were reduced to 256 steps a colour.
notice-white = Transparent parts are white now.
notice-converted = The colours were converted for ordinary screens.
notice-colours = The file’s colour profile could not be read: colours may differ from the original.
notice-print-colours = The picture was in colours for print (CMYK): colours may differ from the original.
notice-smaller = Programs looked at this picture in a smaller size. Look at it enlarged for small print.
hide-removed = Taken out of the file, and in nothing that leaves:
held-place = the place where it was taken
held-time = when it was taken or changed
held-camera = the camera, and programs it went through
held-serial-number = a serial number of the camera or its lens, by which all pictures of one owner can be told
held-owner = the name of whoever took it or owns the camera
held-people = names of people in the picture
held-maker-notes = notes of the camera’s maker, which only the maker can read
held-thumbnail = a small copy of the uncovered picture
held-comment = a comment or description
held-caption = a caption or keywords
held-editing-history = a record of how it was edited
held-colour-profile = a colour profile, whose colours were applied
held-further-pictures = further pictures within the same file
held-film = a short film from the moment of the picture
held-program-data = data of a camera or program that cannot be read here
held-behind-the-end = data behind the end of the picture
held-identity = names, numbers, dates and whatever else the DICOM object says of the patient, the staff, the house and the device
held-private-attributes = private notes of the device’s maker, which only the maker can read
held-overlay = drawings or texts laid over the picture
held-other-attributes = other details that a picture does not need
hide-look = Look at all of the picture: what was missed is yours to find.
hide-looked-for = Look at all of the picture for:
concern-faces = faces, also in mirrors, on screens, in photographs in the background;
concern-print = names, dates and numbers: wristbands, labels, screens, handwriting;
concern-skin = tattoos, scars, birthmarks;
concern-belongings = jewellery, clothes, glasses, devices with a serial number;
concern-surroundings = room plates, the view from a window, vehicles, other people;
concern-rarity = a rare condition together with a small place or a public event.
hide-unsearched-looked = I have looked at all of it myself.
hide-answered = I have looked at the picture because of this.
doubt-head = These slices show a head, or a part of the body that the file does not name. Whoever has enough of them can put them together into a face, and no cover prevents that. Is each slice needed?
doubt-frames = The same covers lie on every frame, and programs looked at each only as it is shown first and in all its shades. Have you gone through all frames, in each window?
doubt-skin = Much of this picture looks like skin, and no face was found for sure. Look closely: is there a face, or a part of one?
hide-confirm = I, { $name }, have looked at all of this picture for all of that. What is left to see does not show who the patient is.
hide-is-confirmed = This picture is confirmed with these covers. If you change one, the picture waits for your confirmation again, and every tick goes.
hide-burnt-in = The covers are burnt in when you save: no copy that leaves shows what is under them, and your name stands in the signed account of it. The original stays here, sealed, until the case is shared or thrown away, at most { $hours ->
    [one] one hour
   *[other] { $hours } hours
  }; then it is destroyed.
hide-save = Save this picture
hide-unconfirmed = The covers are kept. Now confirm that you have looked at all of the picture, and save it.
frames-frame = Frame
frames-place = { $number } of { $count }
frames-place-script = %number of %count
frames-lost = This view did not come, so the picture is not what the slider says. It is asked for once more; after that move the slider or choose the shades again.
frames-window = Shades
frames-show = Show
frames-full = all shades there are
frames-table = the device’s own table
frames-preset = preset { $number }
frames-title = Picture { $number }, frame by frame
frames-back = Back to the case
frames-open = Go through its frames and shades
frames-object = Save the DICOM object
hide-previous = Picture before
hide-next = Next picture

tools-label = Tool
tool-select = Move
tool-box = Box
tool-ellipse = Ellipse
tool-polygon = Polygon
tool-brush = Brush
tool-pen-width = Width of the brush
shape-box = box
shape-ellipse = ellipse
shape-polygon = polygon
shape-brush = brush stroke
shape-other = a shape that this node does not know
cover-list = Covers
cover-none = There is no cover on this picture.
cover-add-here = Add a cover here
cover-add-which = Add here: %shape
cover-undo = Undo
cover-redo = Redo
cover-see-through = See through the covers
cover-remove = Remove
cover-put-back = Cover it
cover-stay = It can stay
cover-dismissed = Left uncovered: %cover
cover-left-open = Found and left uncovered: { $place }.
cover-why = Why it can stay
cover-why-choose = Choose a reason
cover-own = Your cover
cover-found = Found
kind-face = Looks like a face
kind-name = Looks like a name
kind-date = Looks like a date
kind-number = Looks like a number
kind-scale-bar = Looks like a scale bar
kind-side-marker = Looks like a side marker
kind-words = Looks like words
kind-code = Looks like a bar code
found-surely = { $kind } ({ $who })
found-unsurely = { $kind } ({ $who }, not sure)
found-in-frame = { $found }, in frame { $frame }
kind-other = Of a kind that this node does not know
cover-left = Left
cover-top = Top
cover-width = Width
cover-height = Height
reason-not-a-finding = It is not what it was taken for
reason-not-identifying = It does not show who the patient is
reason-wrong-place = Another cover hides it better
reason-other = For a reason that this node does not know
say-cover = Cover %number of %count, %shape, %width by %height, %place
say-added = Added. %cover
say-removed = Cover removed. %count left
say-undone = Undone. %count covers
say-redone = Done again. %count covers
say-first-corner = First corner set. Click the opposite corner, or press Escape
say-point = Point %number of %count
say-cancelled = Cancelled
say-places = upper left|upper middle|upper right|middle left|centre|middle right|lower left|lower middle|lower right
canvas-label = Covers on picture { $number }
canvas-keys = Arrows move a cover by 1 pixel, with Shift by 10. Alt and arrows change its size. P goes through the points of a polygon. Delete removes it.

stage-controls = Zoom
stage-zoom-in = Zoom in
stage-zoom-out = Zoom out
stage-whole = Show the whole picture

context-lead = Write as you would speak to a colleague at the bedside. No names, no dates, no places.
context-title-hint = What a colleague would look for: “Ring-shaped rash after a walk in the woods”.
context-question-hint = One question is answered sooner than five.
context-history-hint = Count days from the first sign (“day 12”) in place of dates. Over 89 years, write 90+.
context-alts = What the pictures show
context-alts-hint = One line each, for colleagues who cannot see the picture.
marks-title = This looks as if it could show who the patient is
marks-what-to-do = Change what is marked, or say why it can stay.
marks-or-keep = Or leave it as it is:
marks-may-stay = It may stay.
keep-choose = Choose a reason
keep-not-identifying = It does not show who the patient is
keep-not-the-patient = It is not about the patient: a publication, a method, a colleague who agreed
keep-agreed = The patient agreed that this is said
instead-words = Write “{ $words }”.
instead-leave-out = Leave it out.
instead-region-only = Write the state or country alone.
instead-no-place = Leave the place out: what is rare in a small place tells who it is.
instead-year-or-day = Write “{ $year }”, or count the days: “day { $day }”.
instead-day = Count the days of the illness: “day 12”.
instead-hour = Leave out the time of the day, or write the hour of the illness: “hour 6”.
instead-age = Write the age in years.
instead-without-number = Say what kind of thing it is, without its number.
instead-cover-face = Say what the picture shows, and cover the face in it.
instead-general = Say it in general words, or leave it out.
age-unknown = not said
age-newborn = newborn
age-infant = under 1 year
age-child = 1 to 11 years
age-adolescent = 12 to 17 years
age-adult = 18 to 39 years
age-middle = 40 to 64 years
age-older = 65 to 89 years
age-oldest = 90 years or more
sex-unknown = not said
sex-female = female
sex-male = male
sex-other = other

audience-lead = The audience may never be wider than what the patient agreed to.
audience-consent = What did the patient agree to?
audience-who = Who may see it?
audience-who-hint = It stays so once the case is shared. You can withdraw the case whenever you wish.
audience-institutions = Named hospitals
audience-no-institutions = No other hospital has joined the network yet.
audience-last-contact = last contact
audience-no-contact = no contact yet
audience-too-wide = That is wider than what the patient agreed to.
consent-unknown = Nobody has said what the patient agreed to
audience-name-one = Name at least one hospital.
audience-no-member = One of these hospitals is not in this network, or not any more. Choose again.
audience-promise = Another hospital that has the case keeps it on its own node. If it is withdrawn, that node is told to erase it. Nobody can make a person forget what they have seen.
consent-house = This hospital only
consent-named = Named hospitals
consent-network = Every hospital of the network
consent-public = The public as well
readers-house = Only the hospital it was written in
readers-named = Named hospitals
readers-network = Every hospital of the network
readers-public = Everyone
audience-house = My hospital
audience-named = Hospitals that I name
audience-network = Every hospital of the network
audience-public = Everyone, people without a badge as well

check-lead = This is the case exactly as the others will see it.
check-open = Before it can be shared
check-picture = { $count ->
    [0] No cover. Confirmed by { $name }.
    [one] One cover. Confirmed by { $name }.
   *[other] { $count } covers. Confirmed by { $name }.
  }
check-statement = I have looked, and in the pictures and the words there is none of these
check-all = Tick every line, or go back and change the case.
check-changed = The case is another one than when this page was opened. This is how it reads now: look at it again.
check-names = Names, initials or signatures of the patient, relatives or staff
check-numbers = Numbers of a record, a phone, an insurance, a device, an address
check-dates = Dates other than a year; ages over 89
check-faces = A whole face, or a part that a friend would know
check-marks = Tattoos, scars, jewellery or anything else that is one person's own
check-place = The room, the place, a door plate, the view from a window
check-rare = A condition so rare, in a place so small, that the two together are a name
open-picture = A picture has not been confirmed by name
open-text = Words in the text look as if they could show who the patient is
open-context = The title or the question is missing
open-audience = Nobody has said who may see it

share-cannot-unsee = You can withdraw the case whenever you wish, and every hospital that has it will be told to erase it. What people have seen, they have seen.
share-sign-hint = Your signature goes under the case. Please show once more that it is you.
share-do = Sign and share
share-not-ready = A step before this one is not done, or something in it has changed since.
share-go-there = Go to that step

## A case

case-pictures = Pictures of the case
case-uncover = Show the picture
case-pair = Pictures { $before } and { $after }, before and after
case-cleaned = { $count ->
    [0] Cleaned, nothing covered; confirmed by { $name }
    [one] Cleaned, one cover; confirmed by { $name }
   *[other] Cleaned, { $count } covers; confirmed by { $name }
  }
manifest-title = What was done to picture { $number }
manifest-lead = The hospital signed this account together with the case, before the picture left it.
manifest-lead-house = This account is kept with the case, which no other hospital has.
manifest-reviewer = Looked at and confirmed by
manifest-covers = Covers, burnt in
manifest-no-covers = None.
manifest-at = at { $x }, { $y }
manifest-by-program = found by a program
manifest-by-person = drawn by a person
manifest-dismissed = Found and left uncovered
manifest-by-other = drawn in a way that this node does not know
manifest-finders = Programs that looked
manifest-no-finder = None. Only people have looked.
manifest-broke-off = broke off before its end
manifest-methods = How the DICOM object was de-identified (codes of PS3.16 CID 7050)
manifest-model = model
manifest-looked-for = Looked for by a person
manifest-answered = What programs could not settle, and a person looked because of
manifest-doubt-skin = much skin and no sure face
manifest-doubt-head = slices that may show a head when they are put together
manifest-doubt-frames = several frames or windows, each of them looked at
manifest-concern-faces = faces
manifest-concern-print = names, dates and numbers
manifest-concern-skin = tattoos, scars and birthmarks
manifest-concern-belongings = jewellery, clothes and other belongings
manifest-concern-surroundings = room plates, surroundings and other people
manifest-concern-rarity = a rare condition together with a small place
manifest-removed = Taken out of the file
manifest-none-removed = Nothing: there were only pixels.
manifest-file = The same for programs, with every number
removed-place = where it was taken
removed-time = when it was taken
removed-device = the camera or device
removed-person = names of people
removed-comment = comments
removed-picture = another picture within the file
removed-profile = the colour profile
removed-trailing = data behind the picture
removed-other = other data beside the pixels
case-away = { $institution } cannot be reached. You are reading our copy. Last contact
case-stale = We have not heard from { $institution }, so an answer or a withdrawal may be missing here. Last heard from
case-unsent = Not yet sent. It is safe on this node and goes out by itself as soon as it can.
case-shared = Your case is shared. Who may see it: { $readers }.
case-revised = Changed
case-outcome = Outcome
case-mine = Your case
case-status-do = Save status and outcome
case-needs-diagnosis = Write the final diagnosis, or choose another status.
case-needs-status = A case with a final diagnosis is resolved: choose that, or take the diagnosis out.
case-needs-certainty = A working diagnosis is probable or possible. One that is confirmed resolves the case.
case-withdraw = Withdraw this case
status-open = Open
status-working = Working diagnosis
status-resolved = Resolved
certainty-confirmed = confirmed
certainty-probable = probable
certainty-possible = possible
fact-age = Age
fact-sex = Sex
fact-history = History
fact-examination = Examination
fact-consent = The patient agreed to
fact-audience = Who may see it
fact-case = Case
fact-key = Key
fact-entry = Entry
fact-certificate = Certificate
fact-role = Profession
fact-specialty = Specialty

star-give = Star this case
star-take-back = Take back your star
star-count = { $count ->
    [0] No star yet
    [one] One star
   *[other] { $count } stars
  }

saved-title = Saved for later
saved-lead = Only you see this list. A case that was withdrawn, or that you may no longer read, is no longer on it.
saved-do = Save for later
saved-take-off = Take off your list
empty-saved = You have saved no case. The button stands beside the star of every case.

thread-title = { $count ->
    [0] Comments
    [one] One comment
   *[other] { $count } comments
  }
thread-new-one = Show one new comment
thread-new-many = Show %count new comments
thread-empty = Nobody has answered yet. An honest guess helps, too.
comment-answers = answers { $name }
comment-answering = You are answering { $name }.
comment-not-answering = Comment on the case instead
comment-reply = Reply
comment-edited = Changed
comment-points = Points at picture { $number }
comment-leaving = You have taken it back. The others are told as soon as the network has answered.
comment-take-back = Take back your comment
comment-take-back-what = What you wrote is erased here, and every hospital that has it is told to erase it. This cannot be undone.
comment-take-back-do = Take it back
comment-taken-back = Your comment is taken back.
comment-hint = No names, no dates, no places.
comment-audience = Who will read it:
comment-do = Comment
comment-withdrawn = This comment was taken back.
comment-needs-badge = Comments are written by people whose hospital vouches for them. Ask an attester of your hospital.
point-do = Point at a place in the picture
point-undo = Do not point
point-how = Draw a box on the picture, or move the one in the middle with the arrow keys.
point-say = Pointing at a box of %width by %height, at %place

erased-title = Withdrawn
erased-patient = Withdrawn by the patient's wish on
erased-clinician = Withdrawn by the clinician on
erased-governors = Withdrawn by decision of the governors on
erased-lead = The pictures, the words and the comments are gone from this node, and every hospital that had them is told to erase them.
erased-receipts = Hospitals that have signed that they erased it: { $confirmed }. Hospitals that have not yet: { $owed }.
withdraw-title = Withdraw this case?
withdraw-what = { $count ->
    [0] The case, its pictures and its comments are erased on this node. This cannot be undone.
    [one] The case, its pictures and its comments are erased here and at one other hospital. This cannot be undone.
   *[other] The case, its pictures and its comments are erased here and at { $count } other hospitals. This cannot be undone.
  }
withdraw-limits = Every hospital that has it is told to erase it. What people have seen or photographed, nobody can take back.
withdraw-why = Whose wish is it?
withdraw-why-patient = The patient's, or their guardian's
withdraw-why-clinician = Mine
withdraw-password-hint = It cannot be undone. Please show once more that it is you.
withdraw-choose = Say whose wish it is.
withdraw-do = Withdraw and erase
withdraw-not = Keep the case

## Badges and their chain

chain-title = Who vouches for { $name }
chain-links = The signatures, one by one
chain-statement = { $who } wrote it, and { $what } signed that it did not change since.
chain-attestation = { $what } vouches for { $who }: profession, specialty and time are part of its signature.
chain-signing-key = { $who } signs every day with its key number { $what }, and its first key has named that one.
chain-root = The first key of { $who } begins with { $what }. It is kept apart and signs little else than the keys that come after it.
chain-admission = { $who } was admitted to the network: { $what } of the hospitals that decide about it signed.
chain-charter = { $what ->
    [0] The founding paper of { $who } says which hospitals decide about it. Here the chain begins.
    [one] The founding paper of { $who }, replaced once, says which hospitals decide about it. Here the chain begins.
   *[other] The founding paper of { $who }, replaced { $what } times, says which hospitals decide about it. Here the chain begins.
  }
chain-until = until
chain-taken-back = taken back on
chain-details = Keys and numbers
chain-checked = This node last checked all of it on
chain-by-yourself = You need not believe this node. This command checks the chain without it:
chain-command = Command
standing-verified = Verified
standing-pending = Pending
standing-lapsed = Lapsed
standing-disputed = Disputed
standing-revoked = Revoked
standing-unknown = Unknown
explain-verified = The hospital vouched for this person when they wrote, and every signature down to the founding of the network is good.
explain-verified-then = The hospital vouched for this person when they wrote, and every signature is good. It has taken its word back since; what was written before stays as it was.
explain-pending = Something that hospital signed before has not arrived yet. Until it has, this name is not verified.
explain-lapsed = The hospital's word had run out when this was written. The person may still be there; nobody has said so.
explain-disputed = It was signed at a time when a key may have been in the wrong hands. It does not count until that is settled.
explain-revoked = The hospital has taken its word back. What was written before that day stays as it was.
explain-vouched = The hospital vouches for this person, and every signature down to the founding of the network is good.
explain-vouched-lapsed = The hospital vouched for this person until the day below. Since then nobody has said so anew.
explain-vouched-revoked = The hospital vouched for this person and has taken its word back.
explain-unknown = No hospital of this network vouches for this name.

role-physician = Physician
role-resident = Resident physician
role-dentist = Dentist
role-nurse = Nurse
role-midwife = Midwife
role-paramedic = Paramedic
role-laboratory-technician = Laboratory technician
role-radiographer = Radiographer
role-pharmacist = Pharmacist
role-physiotherapist = Physiotherapist
role-psychologist = Psychologist
role-dietitian = Dietitian
role-physician-assistant = Physician assistant
role-medical-student = Medical student
role-nursing-student = Nursing student
role-researcher = Researcher
role-unknown = Profession not known

specialty-none = No specialty
specialty-other = Other specialty
specialty-allergy = Allergy and immunology
specialty-anaesthesiology = Anaesthesiology
specialty-cardiac-surgery = Cardiac surgery
specialty-cardiology = Cardiology
specialty-child-psychiatry = Child psychiatry
specialty-dentistry = Dentistry
specialty-dermatology = Dermatology
specialty-emergency-medicine = Emergency medicine
specialty-endocrinology = Endocrinology
specialty-ent = Ear, nose and throat
specialty-forensic-medicine = Forensic medicine
specialty-gastroenterology = Gastroenterology
specialty-general-medicine = General medicine
specialty-general-surgery = General surgery
specialty-genetics = Medical genetics
specialty-geriatrics = Geriatrics
specialty-gynaecology = Gynaecology and obstetrics
specialty-haematology = Haematology
specialty-infectious-diseases = Infectious diseases
specialty-intensive-care = Intensive care
specialty-internal-medicine = Internal medicine
specialty-microbiology = Microbiology
specialty-neonatology = Neonatology
specialty-nephrology = Nephrology
specialty-neurology = Neurology
specialty-neurosurgery = Neurosurgery
specialty-nuclear-medicine = Nuclear medicine
specialty-oncology = Oncology
specialty-ophthalmology = Ophthalmology
specialty-orthopaedics = Orthopaedics
specialty-paediatrics = Paediatrics
specialty-palliative-care = Palliative care
specialty-pathology = Pathology
specialty-plastic-surgery = Plastic surgery
specialty-psychiatry = Psychiatry
specialty-pulmonology = Pulmonology
specialty-radiology = Radiology
specialty-rehabilitation = Rehabilitation
specialty-rheumatology = Rheumatology
specialty-toxicology = Toxicology
specialty-tropical-medicine = Tropical medicine
specialty-urology = Urology
specialty-vascular-surgery = Vascular surgery
specialty-wound-care = Wound care

## Search

search-title = Search
search-placeholder = A sign, a diagnosis, a word
search-do = Search
search-begin = Three letters are enough. Everything is looked up on this node; your question goes nowhere.
search-found = { $count ->
    [0] Nothing found.
    [one] One case.
   *[other] { $count } cases.
  }
search-searched = Searched { $cases ->
    [one] one case
   *[other] { $cases } cases
  } of { $hospitals ->
    [one] one hospital
   *[other] { $hospitals } hospitals
  }
search-took = in { $ms } ms.
search-private = Your question did not leave this node.
search-none-title = No case with these words
search-none = Try one word less, or a broader one. If you have such a patient in front of you, ask.
search-more = More results

## The account

account-title = Account
account-lead = You sign in as { $account }.
account-new = Your account is made. Its name is { $account }: you need it whenever you sign in.
account-no-badge = You read public cases. To write, ask an attester of { $institution } to vouch for you.
account-sessions = Where you are signed in
account-sessions-lead = If you do not know one of these, end it and change your password.
account-end-all = Sign out everywhere
account-password = Change the password
account-password-lead = You stay signed in here. Everywhere else you are signed out, and all API tokens of this account end.
account-password-do = Change the password
account-look = How it looks
account-look-do = Keep this look
account-look-kept = The look is kept on this device.
account-password-kept = Your password is changed. You are signed in only here.
account-session-ended = That session has ended.
session-this = here
session-started = since
session-seen = last seen
session-end = End this session
scheme-auto = As this device is set
scheme-light = Light
scheme-dark = Dark
density-calm = Calm
density-compact = Compact

## Administration

admin-people = People
admin-peers = Peers
admin-audit = Audit
people-lead = Accounts of { $institution }, what they may do in the house, and whom the hospital vouches for.
people-search = Search people
people-none = No account matches.
people-viewer = viewer, no badge
people-no-badge = no badge
people-until = badge until
people-seen = last seen
people-sessions = { $count ->
    [0] not signed in
    [one] one session
   *[other] { $count } sessions
  }
people-change = Change
people-attest = Vouch for this person
people-attest-hint = The hospital signs it, and the whole network can check it. It replaces what was signed before.
people-attest-do = Sign
people-choose = Choose
people-further = Further specialties
people-until-out = A badge ends on a day from { $first } to { $last }.
people-revoke = Take the hospital's word back
people-revoke-hint = From now on what this person writes is not verified, on every node.
people-revoke-sure = I mean { $name }, and this cannot be undone: only a new badge lets them write again.
people-revoke-why = Say why.
people-revoke-unsure = Tick that you mean this person.
people-revoke-do = Revoke the badge
people-done-vouched = The hospital vouches for { $name } until { $until }.
people-done-waits = It is signed and waits to be sent. { $name } can write as soon as the network has answered.
people-done-renewal-waits = It is signed and waits to be sent. Until the network has answered, the badge of { $name } ends as before: { $until }.
people-done-revoked = The hospital has taken back its word on { $name }.
people-done-revoked-waits = { $name } can write no more here. That the hospital takes back its word is signed and waits to be sent: other hospitals do not know it yet.
people-done-roles = Saved what { $name } may do in the house. They sign in anew.
people-done-sessions = Every session of { $name } has ended.
revoke-left = has left the hospital
revoke-role = does something else now
revoke-stolen = account in the wrong hands
people-roles = What this person may do in the house
people-roles-do = Save
house-role-admin = Administrator
house-role-attester = Attester
house-role-moderator = Moderator
house-role-dpo = Data-protection officer
house-role-steward = Data steward
house-role-auditor = Auditor
people-link = Give this link to { $name }, by a way that nobody else reads. It works once and is not shown again. It ends on
people-link-do = Make a password link
people-end-sessions = End all sessions
people-new = New account
people-new-do = Make the account and its link

peers-lead = The hospitals of the network as this node sees them.
peers-not-ready = This node is asking the others how much it had said before. Until they have answered, what you share waits here.
peers-halted = Another node writes our feed. Nothing is signed until the operator has decided.
peers-expelled = The governors have expelled this hospital. Nothing is sent any more, and what others withdraw later is not heard here.
peers-contested = Two charters claim to be the next one, each with enough votes, so neither holds. The one before holds until the governors have settled on one.
peers-ours = { $entries ->
    [0] { $name } has said nothing to the network yet.
    [one] { $name } has said one thing to the network so far, and signed it.
   *[other] { $name } has said { $entries } things to the network so far, each signed: cases, comments, badges, keys.
  }
peers-card = Show our institution card
card-title = Our institution card
card-lead = It says who this hospital is and where its node is reached. Send it to a member of the network that you want to join; there is no secret in it.
card-line = The card, one line
card-unreachable = Other nodes cannot reach this one at the address that it knows of itself. Whoever keeps it sets network.announce in its configuration; then the card is here.
peers-none-title = No other hospital yet
peers-none = Send your institution card to a member of a network, or invite a hospital into yours. Everything works within the house meanwhile.
peer-name = Hospital
peer-state = State
peer-contact = Last contact
peer-entries = Said by it, held here
peer-ahead = Said by us, lacking there
peer-never = never
peer-connected = Connected
peer-away = Out of reach
peer-frozen = Frozen: two histories
peer-clock = Its clock runs ahead: do not believe its times
peer-pending = Waiting for admission

audit-whole = { $entries ->
    [one] One line, as it was written.
   *[other] { $entries } lines, chained without a gap.
  }
audit-signed = { $entries ->
    [0] This hospital has signed none of them yet; its node signs from time to time once it belongs to a network.
    [one] One of them stands under this hospital’s signature.
   *[other] { $entries } of them stand under this hospital’s signature.
  }
audit-checked = Checked
audit-broken = The chain breaks at line { $number }: a line there was changed, moved or removed. Stop, keep the disk as it is, and call your data-protection officer.
audit-forged = Somebody who is not this hospital signed part of this chain. Stop, keep the disk as it is, and call your data-protection officer.
audit-export = All lines as a file
audit-none = Nothing has happened yet.
audit-older = Older lines
audit-number = Line
audit-when = When
audit-who = Who
audit-act = Did
audit-what = What
audit-code = Code
audit-stranger = somebody not signed in
audit-machine = the node, or whoever keeps its machine
audit-unknown = nobody who is known
ended-refused = refused
ended-failed = failed
act-signed-in = signed in
act-signed-out = signed out
act-stepped-up = gave the password once more
act-ended-session = ended sessions
act-signed-up = signed up
act-viewed-case = viewed a case or what stands behind a name
act-viewed-picture = viewed a picture
act-viewed-original = viewed a picture before it was covered
act-listed-cases = viewed a list of cases
act-listed-saved = viewed the cases they saved
act-listed-people = viewed the list of people
act-searched = searched
act-gave-picture = gave a picture to another hospital
act-fetched-picture = fetched a picture from another hospital
act-shared = shared a case
act-revised = changed a case or said how it ended
act-said = commented or starred
act-withdrew = withdrew a case or a comment
act-cancelled = took back what was not yet sent
act-discarded = discarded a draft
act-attested = vouched for
act-revoked = took the hospital’s word back on
act-key = made a signing key for
act-account = made an account
act-renamed = renamed an account
act-roles = changed the roles of
act-disabled = closed an account
act-enabled = opened an account again
act-link = made a password link for
act-password = changed the password
act-link-used = set a password with a link
act-token = made an API token
act-token-ended = ended an API token
act-membership = acted for the hospital in its network
act-checked-store = checked the store
act-vouched-store = said that the store is no older copy
act-exported = took a hospital’s feed as a file
act-read-audit = read the audit
act-checked-audit = checked the audit
act-exported-audit = took the audit as a file
act-other = did something that this version has no word for

## Beside a field that was not accepted

refused-sign-in = Account name or password is wrong.
refused-password = The password is wrong.
refused-login-taken = Somebody else has this account name.
refused-sign-up-closed = This hospital does not let people sign themselves up.
refused-name-too-common = Too many people have signed up with this name; begin it otherwise.
refused-auditor-alone = Who audits holds no other role.
refused-not-of-the-house = A viewer is no member of the hospital.
refused-guarded-role = Administrators and attesters are made by another administrator than the one who let them in, or on the machine itself.
refused-own-roles = Your own roles are set by another administrator.
refused-last-administrator = This is the last administrator.
refused-conflict = It is not as it was when this page was opened. Look at it again.
refused-too-many = That is { $found }; the limit is { $limit }.
refused-too-many-characters = That has { $found } characters; the limit is { $limit }.
refused-too-many-bytes = That has { $found } bytes; the limit is { $limit }.
refused-too-many-tags = That has { $found } tags; the limit is { $limit }.
refused-too-many-institutions = That names { $found } institutions; the limit is { $limit }.
refused-too-many-drafts = With this one you would have { $found } drafts; the limit is { $limit }.
refused-too-short = That has { $found } characters; the least is { $least }.
refused-login-characters = An account name may hold a-z, 0-9 and .-_@+, and begins with a letter or digit.
refused-characters = There is a character in it that has no place here. Write it by hand rather than paste it.
refused-unpublishable = No hospital would take this as it is.
refused-too-many-pictures = Enough: a case has at most { $limit } pictures.
refused-picture-unreadable = The picture could not be read safely; send it again, and if that fails, save it anew as JPEG and send that.
refused-picture-late = The picture could not be read within { $seconds } seconds; save it anew as JPEG or in a smaller size, and send that.
refused-still-looking = The programs are still looking at this picture. Wait until they are through with it.
refused-being-confirmed = This picture is being confirmed already. Wait until the programs have looked at what was written.
refused-look-failed = This picture could not be looked at safely. Remove it, save it anew as JPEG or in a smaller size, and send that.
refused-signed-out-meanwhile = You were signed out before the programs had looked at what was written. Confirm the picture again.
refused-pictures-changed = The pictures of the draft are others by now; look at them again.
refused-original-gone = The original of this picture is gone; remove the picture and send it again.
refused-covers-unreadable = The covers cannot be read and are not kept. What stands here are those that were kept last.
refused-no-such-picture = The case does not have the picture that you point at; look at the case again.
refused-outside-picture = What you drew lies outside of the picture; draw it anew.
refused-box-numbers = A box needs four whole numbers.
refused-hides-nothing = Cover { $number } hides no part of the picture; move it or remove it.
refused-unknown-finding = The picture is another one by now; look at it again.
refused-identifying = Words in it could show who the patient is. Change them, or say beside each why it can stay.
refused-no-reason = Something that was found is left uncovered. Say beside it why it can stay, or cover it.
refused-too-many-covers = Too many covers: { $found }. One large cover hides as much as many small ones.
refused-too-many-points = A way of { $found } points is too long. Cover it with a box.
refused-too-few-points = A shape needs at least { $least } points.
refused-too-much-brush = The brush strokes are too wide and too long together. Cover it with a box.
refused-too-far = A cover has a point at { $found } pixels, where no picture is. Remove it and draw it anew.
refused-brush-too-wide = A brush of { $found } pixels is too wide. Cover it with a box.
refused-not-hidden = You say that another cover hides finding { $number } better, and none lies there. Cover it, or give another reason why it may be seen.
refused-open-finding = Finding { $number } is neither covered nor dismissed; cover it, or say why it may be seen.
refused-head = Slices of a head can be put together into a face. Look whether each is needed, and say that you did.
refused-frames = The covers lie on every frame. Look at each of them, in each window, and say that you did.
refused-skin-without-face = No face was found for sure, and much of the picture looks like skin. Look for faces, and say that you did.
refused-not-looked-for = The picture was not looked over for { $what }. Look at it again, and say that you did.
refused-unsearched = A program could not search this picture. Look at all of it yourself, and say that you did.
refused-still-there = { $count ->
    [one] The programs looked at the picture as it would leave, and found one more place. It is covered now: look at it, and confirm again.
   *[other] The programs looked at the picture as it would leave, and found { $count } more places. They are covered now: look at them, and confirm again.
  }
refused-clean-too-large = The clean picture has more than { $limit } MiB; send it in a smaller size.
refused-file-empty = The file is empty; choose the picture again.
refused-file-too-large = The picture has { $found } MiB; the limit is { $limit } MiB; send it in a smaller size.
refused-file-unknown = This is not a picture of a kind that is known here; send it as JPEG, HEIC, PNG, WebP, TIFF or DICOM.
refused-file-animated = This { $format } is animated; only single pictures are taken; save the frame that matters as a picture of its own.
refused-file-several = This file holds { $count } pictures of equal rank; send each as a file of its own.
refused-file-incomplete = The { $format } ends too early, so part of the picture is missing; send it again.
refused-file-damaged = The { $format } is damaged: { $what }; open it in a picture program and save it anew.
refused-file-rare = The { $format } is of a rare kind that cannot be read here: { $what }; save it as an ordinary JPEG or PNG.
refused-file-no-pixels = The picture has no pixels; choose another file.
refused-file-which = File { $place }: { $text }
refused-file-others = The others were taken in and stand below.
refused-file-too-long = The picture is { $size } px; the limit is { $limit } px a side; send it in a smaller size.
refused-file-too-many-pixels = The picture has { $found } megapixels; the limit is { $limit }; send it in a smaller size.
refused-file-beside = The picture carries more than { $limit } MiB of data beside its pixels; save it anew without them.
refused-file-memory = The { $format } needs more memory than a picture may take; save it as an ordinary JPEG.
refused-avif = This is an AVIF picture, which cannot be read here; save it as JPEG or PNG.
refused-gif = This is a GIF, which is not taken; save the one frame that matters as PNG.
refused-svg = This is an SVG drawing, which can carry programs and is not taken; export it as PNG.
refused-pdf = This is a PDF document, not a picture; save the page that matters as JPEG or PNG.
refused-bmp = This is a BMP picture, which is not taken; save it as PNG.
refused-dicom-letters = This is not a DICOM file: it lacks the letters DICM behind its first 128 bytes; export it again as a DICOM file.
refused-dicom-too-large = The DICOM file has { $found } MiB; the limit is { $limit } MiB; send fewer frames.
refused-dicom-damaged = The DICOM file is damaged: { $what }; export it from the archive again.
refused-dicom-attributes = The DICOM file holds more than { $limit } attributes; send it in parts.
refused-dicom-deep = The DICOM file nests sequences more than { $limit } deep, which no image does; export it from the archive again.
refused-dicom-syntax = The pixels of this DICOM object are stored as { $name }, which cannot be read here; export the object as Explicit VR Little Endian.
refused-dicom-no-image = This DICOM object is { $what }; { $advice }.
refused-dicom-no-pixels = The DICOM object says that it is an image but holds no pixel data; export it from the archive again.
refused-dicom-too-many-pixels = The DICOM object has { $size } pixels (frames, width, height); they may take { $limit } MiB unpacked; send fewer frames.
refused-dicom-rare = The pixels of this DICOM object cannot be read here: { $what }; export it as 8-bit or 16-bit Explicit VR Little Endian.
refused-dicom-no-frame = The DICOM object has { $frames } frames and not the one that was asked for; choose another.
refused-object-late = The DICOM object could not be read within { $seconds } seconds; send fewer frames.
refused-jpeg-xl = This is a JPEG XL picture, which cannot be read here; save it as JPEG.
refused-jpeg-2000 = This is a JPEG 2000 picture, which cannot be read here; save it as JPEG.
refused-big-tiff = This is a BigTIFF, as slide scanners write it, and is not taken; export the region as JPEG.
refused-photoshop = This is a Photoshop document, not a picture; export it as JPEG or PNG.
refused-icon = This is an icon file, which is not taken; save the picture as PNG.
refused-video = This is a video, not a picture; save the frame that matters as JPEG or PNG.
refused-archive = This is an archive or an office document; send the pictures in it one by one.
refused-html = This is a web page, not a picture; save the picture itself.

## Pictures covered by the command line

sheet-title = Contact sheet
sheet-delete = This page shows pictures before they were covered. It is for your eyes, on this machine. Give it to nobody, and delete it when you are through.
sheet-lead = Nothing has been written yet. Look at every picture, before and after; where it is too small to tell, open the original.
sheet-then = Then run the same command once more, with --looked. By that you say that you have looked at every picture here for all of this, and that what is left to see does not show who the patient is. Only what stands here is written, exactly as it was looked at.
sheet-except = A picture that is not to be written is left out by its number, as in --except 0003. What programs missed, or covered wrongly, can be mended in the pages of a node.
sheet-unsigned = Nobody’s name is signed for these files. A node that is sent one looks at it again, and asks a person.
sheet-files = { $count ->
    [one] One file was found.
   *[other] { $count } files were found.
  }
sheet-open = Open the original
sheet-after-alt = Picture { $number }, as it would be written
sheet-frame = Frame { $frame }
sheet-frame-window = Frame { $frame }, { $window }
sheet-found = Found and covered
sheet-found-by = found by { $who }
sheet-unsure = not sure
sheet-times = { $count } times
sheet-pictures = { $count ->
    [0] No picture stands on this sheet.
    [one] One picture stands on this sheet.
   *[other] { $count } pictures stand on this sheet.
  }
sheet-refused = Files that were not taken
sheet-passed-over = Files that are no pictures
sheet-stopped = The command was stopped before { $file }. Run it again, and it goes on from there.
anonymize-place = { $at } of { $count }
anonymize-too-many-views = This DICOM object has { $count } pictures, each of its frames in each window; a sheet shows at most { $limit }. Give it fewer frames, or send it to a node.
anonymize-no-picture = no picture, passed over
anonymize-link = a symbolic link, not followed
anonymize-no-file = no file, passed over
anonymize-unreadable = It cannot be read: { $why }.
anonymize-still-there = { $count ->
    [one] Each time that programs looked at the picture as it would be written, they found one more place. Cover it by hand in the pages of a node.
   *[other] Each time that programs looked at the picture as it would be written, they found { $count } more places. Cover it by hand in the pages of a node.
  }
anonymize-on-sheet = on the sheet as { $number }, waits for your eyes
anonymize-same = the same picture as { $number }
anonymize-written = written as { $name }
anonymize-there = was written before as { $name }
anonymize-left-out = left out, { $number }
anonymize-unseen = waits for your eyes, for the sheet does not show it as it is now
anonymize-taken = Another file is called { $name } already, and is left as it is. Choose another folder.
anonymize-sum-on-sheet = { $count ->
    [0] No picture stands on the sheet.
    [one] One picture stands on the sheet and waits for your eyes. Nothing else was written.
   *[other] { $count } pictures stand on the sheet and wait for your eyes. Nothing else was written.
  }
anonymize-sum-written = { $count ->
    [0] No picture is in { $into }.
    [one] One picture is in { $into }, as the sheet shows it.
   *[other] { $count } pictures are in { $into }, as the sheet shows them.
  }
anonymize-sum-unseen = { $count ->
    [one] One picture is not on the sheet as it is now, and was not written.
   *[other] { $count } pictures are not on the sheet as they are now, and were not written.
  }
anonymize-sum-left-out = { $count ->
    [one] One picture was left out.
   *[other] { $count } pictures were left out.
  }
anonymize-sum-refused = { $count ->
    [one] One file was refused.
   *[other] { $count } files were refused.
  }
anonymize-sum-passed-over = { $count ->
    [one] One file is no picture.
   *[other] { $count } files are no pictures.
  }
anonymize-sum-not-met = { $count ->
    [one] The original of one picture of the sheet was not among the files.
   *[other] The originals of { $count } pictures of the sheet were not among the files.
  }
anonymize-next = Next: open { $sheet } in a browser and look at every picture. Then run this again with --looked: what the sheet shows goes to { $into }.
anonymize-next-again = Next: run this without --looked, open { $sheet }, and look at what is new. Then run it with --looked again.
anonymize-stopped = It was stopped before { $file }. Run it again, and it goes on from there.
anonymize-delete = { $sheet } shows pictures before they were covered: delete it when you are through.

## When something goes wrong

error-title = That did not work
error-kept = What was kept
error-next = What to do next
error-code = Code to quote
error-401 = Please sign in once more
error-403 = You may not do this
error-404 = There is nothing here that you may see
error-408 = That came too slowly
error-409 = Somebody was faster, or a step before is missing
error-413 = That is too large
error-422 = Something in it cannot be used
error-429 = Too often, or too much at once
error-500 = This node made a mistake
error-503 = This node is not ready yet
error-507 = This node is running out of space
next-401 = What you typed is still here. Sign in in another window, come back, and send it again.
next-401-do = Sign in in another window
next-401-look = Sign in, and then open this address again.
next-403 = If your work needs it, ask an administrator of your hospital. Badges come from its attesters.
next-404 = Check the address. If somebody sent it to you, the case may not be meant for your hospital, or it has been withdrawn.
next-408 = Send it again over a better connection, or send fewer files at once.
next-409 = Load the page again, look at what it says now, and try once more.
next-413-files = At most { $limit } MiB can be sent at once. Send fewer pictures, or smaller ones.
next-413-words = At most { $limit } KiB can be sent at once. Send less.
next-422 = Go back, change what you wrote, and try once more.
next-429 = Wait a minute, then try again.
next-500 = Try again. If it happens twice, tell your administrator the code.
next-503 = Wait a minute and load the page again. If it lasts, tell your administrator the code.
next-507 = Tell your administrator. Reading, searching and withdrawing still work; new pictures, and with less space new words too, are refused until there is space.
kept-nothing-sent = Everything as it was. Nothing was sent or changed.
kept-unknown = What you had saved before is safe. Look whether the last step is there before you repeat it.

## Help

help-title = Help
help-lead = You are not sure, you show a picture, colleagues answer. That is all it is for.
help-ask = Whom to ask
help-contact = In this hospital: { $contact }
help-no-contact = Ask the administrator of your hospital.
help-badges = What the words beside a name mean
help-covers = Covering a picture with the keyboard
help-covers-why = Every cover can be reached with the Tab key, on the picture and in the list beside it.
help-key-arrows = move the cover by one pixel
help-key-shift = with it, by ten
help-key-alt = make it wider, narrower, higher, lower
help-key-point = go to the next point of a polygon; the arrows then move that point
help-key-delete = remove the cover
help-key-undo = undo; with Shift, do it again
help-key-escape = stop drawing
help-key-zoom = zoom in, zoom out, show the whole picture
