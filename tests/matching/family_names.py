"""Names for the invented town: what its people and streets are called."""

from __future__ import annotations

from typing import Final


def words(text: str) -> tuple[str, ...]:
    """Return the words of *text*."""
    return tuple(text.split())


BOYS: Final = words(
    """
    James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark
    Steven Andrew Kenneth Joshua Kevin Brian George Timothy Ronald Edward Jason Jeffrey Ryan Jacob Nicholas Gary
    Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Patrick Frank Raymond Jack
    Dennis Jerry Tyler Aaron Jose Adam Nathan Henry Zachary Douglas Peter Kyle Noah Ethan Jeremy Christian Walter
    Keith Austin Roger Terry Sean Gerald Carl Dylan Harold Jordan Jesse Bryan Lawrence Arthur Gabriel Bruce Logan
    Billy Joe Alan Juan Elijah Willie Albert Wayne Randy Mason Vincent Liam Roy Bobby Caleb Bradley Russell Lucas
    Luis Carlos Miguel Angel Jesus Antonio Francisco Eduardo Javier Diego Alejandro Rafael Jorge Ricardo Fernando
    Mohammed Ahmed Omar Ali Hassan Minh Duc Huy Tuan Wei Jun Hiroshi Arjun Rohan Nikhil Rahul Vikram Sanjay Igor
    Dmitry Sergei Oleksandr Andrei Piotr Jan Jayden Kayden Aiden Hunter Connor Owen Wyatt Levi Isaiah Xavier Landon
    Cole Chase Blake Carter Parker Cooper Lincoln
    """
)

GIRLS: Final = words(
    """
    Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Karen Sarah Lisa Nancy Sandra Betty Ashley Emily
    Kimberly Margaret Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Dorothy Amy
    Kathleen Angela Shirley Emma Brenda Pamela Nicole Anna Samantha Katherine Christine Debra Rachel Carolyn Janet
    Maria Olivia Heather Helen Catherine Diane Julie Victoria Joyce Lauren Kelly Christina Ruth Joan Virginia Judith
    Evelyn Hannah Andrea Megan Cheryl Jacqueline Madison Teresa Abigail Sophia Martha Sara Gloria Janice Kathryn Ann
    Isabella Judy Charlotte Julia Grace Amber Alice Jean Denise Frances Danielle Marilyn Natalie Beverly Diana
    Brittany Theresa Kayla Alexis Doris Lori Tiffany Guadalupe Rosa Carmen Ana Valentina Gabriela Alejandra Lucia
    Fatima Aisha Layla Linh Thuy Mai Huong Mei Yuki Priya Ananya Kavya Anjali Olga Svetlana Oksana Natalia Agnieszka
    Katarzyna Aaliyah Nevaeh Ava Mia Chloe Zoe Lily Ella Aubrey Brooklyn Savannah Claire Skylar Paisley Nora Hazel
    Violet Aurora Penelope Riley Naomi
    """
)

FAMILIES: Final = words(
    """
    Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson
    Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson
    Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell
    Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris
    Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward
    Richardson Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel
    Myers Long Ross Foster Jimenez Powell Jenkins Perry Russell Sullivan Bell Coleman Butler Henderson Barnes Fisher
    Vasquez Simmons Graham Murray Ford Castro Marshall Owens Harrison Fernandez McDonald Woods Washington Kennedy
    Wells Chen Freeman Webb Tucker Guzman Burns Crawford Olson Simpson Porter Hunter Gordon Mendez Silva Shaw Snyder
    Mason Dixon Munoz Hunt Hicks Holmes Palmer Tran Wagner Black Robertson Boyd Rose Stone Salazar Fox Warren Mills
    Meyer Rice Schmidt Garza Daniels Ferguson Nichols Stephens Soto Weaver Ryan Gardner Payne Grant Dunn Kelley
    Spencer Hawkins Arnold Pierce Vargas Hansen Peters Santos Hart Bradley Knight Elliott Cunningham Duncan
    Armstrong Hudson Carroll Lane Riley Andrews Alvarado Ray Delgado Berry Perkins Hoffman Johnston Matthews Pena
    Richards Contreras Willis Carpenter Lawrence Sandoval Guerrero George Chapman Rios Estrada Ortega Watkins Greene
    Nunez Wheeler Valdez Harper Burke Larson Santiago Maldonado Morrison Franklin Carlson Austin Dominguez Carr
    Lawson Jacobs O'Brien Lynch Singh Vega Bishop Montgomery Oliver Jensen Harvey Williamson Gilbert Dean Sims
    Espinoza Howell Li Wong Reid Hanson Le McCoy Garrett Burton Fuller Wang Weber Welch Rojas Lucas
    """
)

STARTS: Final = words(
    """
    Ab Al Ar Bal Bar Bel Ber Bo Bra Bru Cal Car Cor Dal Dar Del Dra El Fal Far Fen Gal Gar Gor Hal Har Hol Kal Kar
    Kel Kor Kra Lan Lar Lin Mal Mar Mel Mor Nor Or Pal Par Pel Pra Ral Ran Ros Sal San Sel Sko Sta Sul Szcze Tal Tar
    Tho Tol Tra Val Van Vor Wal War Wel Wil Win Wo Zal Zie
    """
)

MIDS: Final = words(
    """
    ba be bi da de do fa ga ge go ka ke ki ko la le li lo ma me mi na ne ni no pa pe ra re ri ro sa se si so ta te
    ti to va ve
    """
)

ENDS: Final = words(
    """
    bach berg by cki dale den der dorf ert field ford ger ham hart hof ian ic in kamp ko land ler ley lin man mann
    mer ner ney nik ov owski quist rek rich sen ski son stad stein ston ter ton vich well wick worth zek
    """
)

STREETS: Final = words(
    """
    Alder Ash Aspen Birch Cedar Cherry Chestnut Church Clover Court Dogwood Elm Fern Forest Garden Grove Hazel
    Hickory High Hill Holly Ivy Lake Laurel Lincoln Linden Locust Main Maple Meadow Mill Mulberry Oak Orchard Park
    Pine Poplar River Rose Spruce Summit Sycamore Valley Walnut Willow
    """
)

# Names that are near each other and still given to twins.
ALIKE: Final = tuple(
    tuple(pair.split("/"))
    for pair in """
Anna/Anne, Jayden/Kayden, Jayden/Jaylen, Daniel/Daniela, Maria/Mariah, Erik/Erin, Christina/Christine,
Jon/John, Marco/Marcos, Christopher/Christine, Christopher/Christian, Samuel/Samantha, Alexander/Alexandra,
Joan/Joanne, Jean/Jeanne, Ella/Ellie, Kayla/Kaylee, Aiden/Jaden, Brandon/Brendan, Julia/Julian, Julie/Julia,
Michael/Michelle, Gabriel/Gabriela, Carl/Carla, Robert/Roberta, Ava/Eva, Mia/Maya, Noah/Nora, Lena/Lina,
Tara/Tari, Sophie/Sofia, Emily/Emilia, Emma/Emmy, Lara/Laura, Mary/Marie, Jason/Jaxon, Taylor/Tyler,
Darren/Darin, Eric/Erica, Paul/Paula, Patrick/Patricia, Andre/Andrea, Louis/Louise, Jordan/Jordana,
Rohan/Rohana, Nikhil/Nikhila, Minh/Linh, Kavya/Kavita, Adam/Aidan, Isabel/Isabella, Hanna/Hana, Leah/Lia,
Amelie/Amelia, Daksh/Dakshi, Takira/Shakira, Keondre/Deondre, Jose Luis/Jose Antonio, Maria Elena/Maria Elisa,
Mary Ann/Mary Beth, Juan Carlos/Juan Pablo, Ana Maria/Ana Lucia
""".replace("\n", " ")
    .strip()
    .split(", ")
)

# One name in several spellings: nobody calls two children so.
SPELLINGS: Final = tuple(
    frozenset(group.split("/"))
    for group in words(
        "Sara/Sarah Catherine/Katherine/Kathryn Stephen/Steven Brian/Bryan Ann/Anne Theresa/Teresa Sophia/Sofia"
        " Mohammed/Muhammad Zachary/Zack Alan/Allen Debra/Deborah William/Willie Robert/Bobby"
    )
)

# Short forms as people type them.
NICKNAMES: Final = {
    full: shorts.split()
    for full, _, shorts in (
        line.partition(": ")
        for line in """
Robert: Bob Rob Bobby
William: Bill Will Billy
Richard: Rick Rich Dick
James: Jim Jimmy Jamie
Michael: Mike
Thomas: Tom Tommy
Christopher: Chris
Christine: Chris Tina
Christina: Tina Chris
Daniel: Dan Danny
Matthew: Matt
Anthony: Tony
Steven: Steve
Andrew: Andy Drew
Kenneth: Ken
Joshua: Josh
Timothy: Tim
Ronald: Ron
Edward: Ed Ted Eddie
Jeffrey: Jeff
Jacob: Jake
Nicholas: Nick
Jonathan: Jon
Stephen: Steve
Benjamin: Ben
Samuel: Sam
Gregory: Greg
Alexander: Alex
Patrick: Pat
Raymond: Ray
Nathan: Nate
Zachary: Zach
Douglas: Doug
Lawrence: Larry
Charles: Charlie Chuck
Joseph: Joe
David: Dave
Gerald: Jerry
Francisco: Paco
Jose: Pepe
Guadalupe: Lupe
Elizabeth: Liz Beth Betsy
Patricia: Pat Patty
Jennifer: Jen Jenny
Margaret: Peggy Maggie
Susan: Sue
Jessica: Jess
Deborah: Debbie Deb
Rebecca: Becky
Katherine: Kate Kathy
Catherine: Cathy
Kathleen: Kathy
Stephanie: Steph
Samantha: Sam
Victoria: Vicky Tori
Abigail: Abby
Amanda: Mandy
Melissa: Missy
Barbara: Barb
Cynthia: Cindy
Kimberly: Kim
Pamela: Pam
Judith: Judy
Jacqueline: Jackie
Theresa: Terry
Natalie: Nat
Madison: Maddie
Alejandro: Alex
Eduardo: Eddie
Alejandra: Ale
Gabriela: Gaby
Isabella: Bella
Olivia: Liv
Oleksandr: Sasha
Agnieszka: Aga
Katarzyna: Kasia
""".strip().splitlines()
    )
}

# A name, and what a twin may go by who is called otherwise.
SHORT_FOR_BOTH: Final = {
    "Adolfo": "Fito", "Alejandra": "Ale", "Alejandro": "Ale", "Alexander": "Alex", "Brian": "Bri", "Christine": "Chris",
    "Christopher": "Chris", "Emily": "Em", "Fernanda": "Fer", "Fernando": "Fer", "Jessica": "Jessie", "Samantha": "Sam",
    "Samuel": "Sam", "Stephanie": "Stevie", "Theodore": "Teddy", "Valentina": "Vale",
}  # fmt: skip
